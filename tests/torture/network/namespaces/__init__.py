"""Links that are network namespaces': each broker has one of its own, and cut packets are lost.

``laid.py`` makes the namespaces (``namespace.py``, ``subnet.py``): one for each broker, one each
for PostgreSQL and Valkey, all joined by a bridge in one more, which has a leg on this machine. To
clients a broker is at its namespace's address. The stores stay where they are: in their namespaces
relays stand in for them (``stand_ins.py``), and others at the brokers' ports on this machine's
loopback, where ``up`` and commands look for brokers (``doors.py``).

A fault is a route (``routes.py``): in the namespace of who sends, to the address of who is sent to,
through a TUN device (``tun.py``) instead of the bridge. ``wires.py`` reads there what was sent, and
counts and forgets it, or keeps it for as long as the link is slow. So a link is cut or slow in one
direction, silently, and the kernel's TCP at both ends goes through what it would. All of it is done
by one process, ``switch.py``, which shows at its start that a cut link carries nothing until it is
healed (``self_check.py``). Namespaces, devices and routes are held by it and by the brokers, and
have no names that others could see but one device's: nothing is left when those have gone.
"""
