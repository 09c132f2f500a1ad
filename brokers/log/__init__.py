"""One partition on disk: segments and their indexes, epochs, the producer window, recovery,
retention.

The files are Kafka's own formats, so Kafka's tools read them. This package keeps bytes and answers
where they are; it decides nothing about replication, knows no tenant, no topic name, no Django and
no asyncio. It reaches the disk through ``disk.py`` only and reads no clock: ``now_ms`` comes in.

A ``PartitionLog`` belongs to one thread, except ``FlushTicket.run``, which is made for another.
"""
