"""``PartitionState.is_under_replicated`` as SQL, over columns of ``brokers_partition``."""

from typing import Final

# Most partitions are at rest, and then comparing two lengths is enough: the in-sync ones are always
# among the replicas.
IS_UNDER_REPLICATED: Final = """CASE
    WHEN adding = '{}' AND removing = '{}' THEN cardinality(isr) < cardinality(replicas)
    ELSE EXISTS (SELECT FROM unnest(replicas) AS kept
        WHERE kept <> ALL (adding) AND kept <> ALL (removing) AND kept <> ALL (isr))
END"""
