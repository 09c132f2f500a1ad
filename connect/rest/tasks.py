"""A connector's tasks, and the topics that they read or write."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connect.forms.documents import task_document, task_status_document
from connect.rest import schemas
from connect.rest.connectors import TAG
from connect.rest.errors import when_absent
from connect.rest.view import ConnectView, id_of
from connect.selectors.connectors import active_topics, task_configs, task_status
from connect.services.reset_topics import reset_topics
from connect.services.restart_task import restart_task


class TasksView(ConnectView):
    """``/connectors/{connector}/tasks``"""

    @extend_schema(
        tags=[TAG],
        operation_id="list_connector_tasks",
        parameters=[schemas.TENANT],
        responses={200: schemas.TASKS},
    )
    def get(self, _request: Request, connector: str) -> Response:
        """Its tasks and their configs; secrets are hidden."""
        found = task_configs(id_of(self.reading()), connector)
        return Response([task_document(connector, number, config) for number, config in found])


class TasksConfigView(ConnectView):
    """``/connectors/{connector}/tasks-config``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector_task_configs",
        parameters=[schemas.TENANT],
        responses={200: schemas.TASK_CONFIGS},
        deprecated=True,
    )
    def get(self, _request: Request, connector: str) -> Response:
        """The same by NAME-NUMBER, as older clients ask for it."""
        found = task_configs(id_of(self.reading()), connector)
        return Response(
            {
                f"{connector}-{number}": task_document(connector, number, config)["config"]
                for number, config in found
            }
        )


class TaskStatusView(ConnectView):
    """``/connectors/{connector}/tasks/{task}/status``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector_task_status",
        parameters=[schemas.TENANT],
        responses={200: schemas.TASK_STATUS},
    )
    def get(self, _request: Request, connector: str, task: int) -> Response:
        """How one task is."""
        access = self.reading()
        with when_absent(f"No status found for task {connector}-{task}"):
            return Response(task_status_document(task_status(id_of(access), connector, task)))


class TaskRestartView(ConnectView):
    """``/connectors/{connector}/tasks/{task}/restart``"""

    @extend_schema(
        tags=[TAG],
        operation_id="restart_connector_task",
        parameters=[schemas.TENANT],
        request=None,
        responses={204: None},
    )
    def post(self, _request: Request, connector: str, task: int) -> HttpResponse:
        """Start one task anew, at once whatever has failed before."""
        access = self.administering()
        with when_absent(f"Task {connector}-{task} not found"):
            restart_task(tenant_id=id_of(access), by=access.principal, name=connector, number=task)
        return HttpResponse(status=204)


class TopicsView(ConnectView):
    """``/connectors/{connector}/topics``"""

    @extend_schema(
        tags=[TAG],
        operation_id="list_connector_topics",
        parameters=[schemas.TENANT],
        responses={200: schemas.TOPICS},
    )
    def get(self, _request: Request, connector: str) -> Response:
        """Topics that it has read or written since that was last reset."""
        topics = active_topics(id_of(self.reading()), connector)
        return Response({connector: {"topics": topics}})


class TopicsResetView(ConnectView):
    """``/connectors/{connector}/topics/reset``"""

    @extend_schema(
        tags=[TAG],
        operation_id="reset_connector_topics",
        parameters=[schemas.TENANT],
        request=None,
        responses={202: None},
    )
    def put(self, _request: Request, connector: str) -> HttpResponse:
        """Forget which topics it has read or written."""
        access = self.administering()
        reset_topics(tenant_id=id_of(access), by=access.principal, name=connector)
        return HttpResponse(status=202)
