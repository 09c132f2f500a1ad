"""Questions about what is, which change nothing."""
