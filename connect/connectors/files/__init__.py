"""Lines of files in and out of topics, only below a folder that the operator names.

Off unless the task's environment has ``HEADWATER_CONNECT_FILES``. For trying things out, as
Kafka's FileStream connectors are; rotation and patterns of names do not belong here.
"""
