"""The cluster's picture of itself: an image folded out of numbered changes; placement; configs.

Pure. PostgreSQL is the truth, a broker's image is this fold of what PostgreSQL numbered; the code
that reads PostgreSQL is in ``brokers/adapters``, the code that writes it in ``brokers/services``.
No I/O, no Django, no clock here.
"""
