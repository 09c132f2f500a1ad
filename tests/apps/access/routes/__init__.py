"""Who may call each route: one file of rows per area, read by ``test_routes.py``.

Whoever adds a route adds its row (``ROWS``) in the file of its area, or in a new file here.
"""
