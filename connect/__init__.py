"""Connect: sources and sinks that nobody has to write.

``spi`` is what a connector is written against, ``connectors``, ``converters`` and ``transforms``
are written against it, ``task`` is the process that runs one of a connector's tasks; none of them
knows Django. ``models``, ``services``, ``selectors``, ``worker`` and ``rest`` are the service's
side: which connectors there are, and which worker runs which task. Nothing here may import
``frontend``.
"""
