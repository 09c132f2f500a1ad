"""Consumer groups over REST v3: reading them and their lag, deleting them, resetting their offsets.

Views only translate: what is known and done is ``streaming.groups``, through a pooled client of the
caller's identity. No rule about groups belongs here.
"""
