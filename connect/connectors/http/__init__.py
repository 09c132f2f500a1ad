"""A webhook sink and a polling source.

``signing``, ``bodies``, ``answers`` and ``paging`` decide, ``authentication`` and the tasks do.
What is particular to one vendor's API does not belong here.
"""
