"""Which records a reader wants, said in CEL (Common Expression Language).

An expression is a stranger's program and a record a stranger's data: compiling and matching happen
in a process of their own (``worker``), within bounds of time and memory, and ``evaluator`` talks to
it. Where records come from and go to belongs to whoever filters.
"""
