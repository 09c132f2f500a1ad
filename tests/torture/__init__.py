"""A service under torture: faults on a seeded schedule, and proof that nothing it promised broke.

``./headwater torture --minutes N --seed S`` is the long way; ``test_sample.py`` the short one.

A run, in the order of its files: ``options.py`` says what was asked, ``cluster.py`` starts a
service, ``crew.py`` the ``clients/`` in processes of their own, which write down all they do in
``history.py``'s form; ``neighbour.py`` has those of a second tenant. ``schedule.py`` draws what is
to break and when, ``nemesis.py`` breaks it with ``faults/``; some need a ``network/`` that can be
cut, or ``disks.py`` that can. Everything is healed, ``liveness.py`` watches it come back, and fresh
readers read everything. Then ``checker.py`` judges the histories, ``exactly_once.py`` what groups
made of what they read, ``group_check.py`` what they committed, ``storage_check.py`` the replicas'
files, and ``measurements.py`` says how long things took. ``run.py`` holds it together.
``measure/`` is another way to use the same service: one kind of trouble, many times,
and figures.

The checks are those of Jepsen's Kafka workload, https://github.com/jepsen-io/jepsen,
``jepsen/src/jepsen/tests/kafka.clj``.
"""
