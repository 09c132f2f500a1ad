"""A person's way through the product: the printed snippets, and the console in a real browser."""
