"""Reads of brokers and topics for the floors above, and a broker's snapshot. Nothing is written."""
