"""The console: a React app in ``console/`` and the views that serve its build.

What must not be in here: anything the public HTTP and websocket APIs do not offer. The console is
one of their clients; these views read no model and call no service.
"""
