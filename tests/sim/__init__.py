"""Whole clusters in one process, on simulated time, network and disks.

What runs is the code of production: the log on a disk that loses, tears and fills up, the partition
with its roles, the feeds and copies between brokers, the controller's decisions, the coordinators
of groups and transactions. What is simulated is what a seed decides: when anything arrives, and
what breaks. A seed always gives the same run; with coordinators, whose sets have no order of their
own, it does with ``PYTHONHASHSEED=0``, as ``./headwater sim`` has it.
"""
