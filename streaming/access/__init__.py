"""Who calls the edge: API keys, sessions, and what each may do at which tenant.

REST, websockets and the console's API share it, so that one rule decides for all of them. Passwords
and verifiers are the tenants app's; nothing here writes.
"""
