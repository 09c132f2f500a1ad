"""In the place of a worker and of the brokers: what they would have written by now.

The transcript is of a worker that does everything at once, so that nothing has to be waited for.
"""

from connect.models import Connector, ConnectorTask
from connect.states import OFFSETS_TOPIC, State, TargetState
from connect.task.offset_keys import stored_key, stored_value
from tenants import scope

WORKER = "connect-1"


class StandIn:
    """``offsets`` is what the brokers keep of sources, by connector and partition."""

    def __init__(self) -> None:
        self.offsets: dict[str, list[tuple[dict, dict]]] = {}
        self._has_read: set[str] = set()

    def work(self) -> None:
        """Make every connector what it is asked to be."""
        with scope.system("a worker's part in a test"):
            for connector in Connector.objects.all():
                self._make(connector)

    def _make(self, connector: Connector) -> None:
        tasks = ConnectorTask.objects.filter(connector=connector)
        connector.worker = WORKER
        connector.state = State(connector.target_state)
        if connector.target_state == TargetState.STOPPED:
            tasks.delete()
            connector.save()
            return
        connector.configured_version = connector.config_version
        if not tasks.exists():
            ConnectorTask.objects.create(
                tenant_id=connector.tenant_id, connector=connector, number=0
            )
        tasks.update(worker=WORKER, state=connector.state)
        if connector.name not in self._has_read:
            self._has_read.add(connector.name)
            connector.topics = [connector.config["topic"]]
            partition = {"filename": connector.config["file"]}
            self.offsets[connector.name] = [(partition, {"position": 6})]
        connector.save()

    async def source_offsets(self, _reader, topic, name):
        assert topic == OFFSETS_TOPIC
        return self.offsets.get(name, [])

    async def alter_source_offsets(self, _reader, topic, name, changes):
        assert topic == OFFSETS_TOPIC
        for partition, offset in changes:
            stored_key(name, partition), stored_value(offset)  # As the topic holds them, or not.
        former, changed = self.offsets.get(name, []), [part for part, _ in changes]
        kept = [each for each in former if each[0] not in changed]
        self.offsets[name] = kept + [change for change in changes if change[1] is not None]
