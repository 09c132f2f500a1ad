"""How long the service takes to come back: ``./headwater torture --measure WHAT``.

``probe.py`` writes to partitions all the time, to whoever Metadata says leads them, and waits for
no answer before it tries again. ``failover.py`` strikes a leader, ``outage.py`` takes a store away
for long, ``power_cut.py`` kills everything at once, ``moved_tasks.py`` ends connect workers.
``results.py`` notes the figures in ``tests/torture/measured.jsonl``. Nothing is judged here: a
machine's speed is no fault of the service. What has to hold is the business of the runs beside this
folder.
"""
