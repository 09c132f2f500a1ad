"""The network between the brokers, and between each of them and PostgreSQL, so that it can break.

``network.py`` is what the run holds: a process that has the links (``links.py``) and takes orders
(``orders.py``). Brokers are started by ``up.py`` through ``broker_start.py``, which tells each
where its links begin (``start.py``). There are two ways to have links, and ``choice.py`` takes the
first that the machine allows.

``namespace_network.py``, for root on Linux: each broker is in a network namespace of its own
(``namespaces/``), and packets over a cut link are lost. Whoever sends them is not told; once it is
healed the kernel sends again when its time has come, which is late after a long cut.

``relay_network.py``, for all others: all processes share one machine's loopback, so every
connection in question goes through a relay (``relay.py``; ``relays.py`` is their process): the
brokers are told to advertise another loopback address, on which the relays listen, and each broker
is given a port of its own for PostgreSQL. What a cut link was given is kept and goes on when it is
healed. Relays cannot keep a connection from being accepted, so a new one over a cut link is made
and then silent; and each end's TCP is answered all the time.

Connections to PostgreSQL go through a relay either way, which is what can end them at a COMMIT.
"""
