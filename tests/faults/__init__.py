"""A whole service with something taken away from it: nothing acknowledged may be missing."""
