"""Kafka Connect's REST API under ``/connect``, and what the console needs beyond it.

Views translate: what is done is ``connect/services``, what is told ``connect/selectors``. Shapes
and codes are those of Kafka Connect 3.9, recorded from the real one in ``tests/connect/rest``;
``docs/connect.md`` says where ours are better on purpose. No rule about connectors belongs here.
"""
