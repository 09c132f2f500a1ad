"""Benchmarks against peers: ``python -m bench`` (or ``./headwater bench``).

Every figure is taken in one run beside Apache Kafka and Tansu, with the same client and the same
settings, and written to ``bench/results/``; documents quote those files. What a shared machine
makes of a figure cancels in a ratio, so ratios and CPU seconds are what is compared, not seconds.
Nothing here is a test: a slow machine fails nobody.
"""
