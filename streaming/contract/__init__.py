"""How two OpenAPI documents differ, and the reasons that are written down: for developers.

Pure: documents and texts come in, differences go out. What is served is described where it is
served (``streaming/rest``, ``streaming/api``), never here.
"""
