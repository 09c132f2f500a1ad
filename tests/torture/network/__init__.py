"""The network between the brokers, and between each of them and PostgreSQL, so that it can break.

All processes share one machine's loopback, so every connection in question goes through a relay
(``relays.py``, a process of its own): the brokers are told to advertise another loopback address,
on which the relays listen, and each broker is given a port of its own for PostgreSQL
(``broker_start.py``, through which ``up.py`` starts each). ``network.py`` is what the run holds.

What a cut link was given is kept and goes on when it is healed, as TCP would have sent it again; or
its connections are broken. Relays need no rights and work on every system; what they cannot do is
to keep a connection from being accepted, so a new one over a cut link is made and then silent.
"""
