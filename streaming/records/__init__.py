"""The edge's side of Kafka: pooled clients that read and write one tenant's records.

Records are reached through aiokafka on the brokers' internal listener, and in no other way, so that
any Kafka cluster could stand behind it. Nothing about HTTP, websockets or JSON bodies belongs here,
and nothing here reads a database.
"""
