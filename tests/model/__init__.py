"""State machines against plain models, and the simulated parts they run on."""
