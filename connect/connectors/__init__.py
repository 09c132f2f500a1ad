"""The connectors that come with the service, a folder each.

They run in a process without database credentials: nothing here imports Django, a model or another
app, and every connection goes out through the egress that the context brings.
"""
