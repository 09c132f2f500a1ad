"""What ``produce``, ``consume`` and ``perf`` are made of: offsets, formats, lines, percentiles.

Mostly pure: the commands own the Kafka client, stdin and stdout. What every command shares is in
``tenants.cli``.
"""
