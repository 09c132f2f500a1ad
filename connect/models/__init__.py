"""Rows of Connect: which connectors there are, their tasks, and who runs them.

No rules beyond what PostgreSQL itself keeps: see ``services``.
"""

from connect.models.connect_worker import ConnectWorker
from connect.models.connector import Connector
from connect.models.connector_task import ConnectorTask
from connect.models.task_log_line import TaskLogLine

__all__ = ["ConnectWorker", "Connector", "ConnectorTask", "TaskLogLine"]
