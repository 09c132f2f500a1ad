"""The consumer instances of one web process: found by tenant, group and name; ended when idle."""

import asyncio
import logging
from collections import Counter
from contextvars import Context
from typing import Final
from uuid import uuid4
from weakref import WeakKeyDictionary

from django.conf import settings

from streaming.access.caller import Caller, TenantAccess
from streaming.consumers.errors import InstanceExists, InstanceNotFound, TooManyInstances
from streaming.consumers.instance import Instance
from streaming.consumers.settings import (
    IDLE_SECONDS,
    INSTANCES_MAX,
    INSTANCES_PER_TENANT_MAX,
    InstanceSettings,
)
from streaming.live.revocation import Grant, current_watch
from streaming.records.connection import WayIn, client_options, way_in

logger = logging.getLogger(__name__)

UPKEEP_SECONDS: Final = 5
Key = tuple[str, str, str]


class Instances:
    """Lives on one event loop."""

    def __init__(self, way: WayIn) -> None:
        self._way = way
        self._instances: dict[Key, Instance | None] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._upkeep: asyncio.Task[None] | None = None

    async def create(
        self,
        caller: Caller,
        access: TenantAccess,
        group: str,
        name: str | None,
        wanted: InstanceSettings,
    ) -> Instance:
        """A new instance, connected; None names it. Raises ``InstanceExists``,
        ``TooManyInstances`` and ``BrokersUnavailable``."""
        name = name or f"rest-consumer-{uuid4()}"
        key = (access.tenant_id, group, name)
        if key in self._instances:
            raise InstanceExists(
                f"Consumer instance {name} of group {group} exists already. Use another name, or "
                "none to be given one; DELETE it if it is a left-over of yours."
            )
        self._admit(access.tenant_id)
        self._instances[key] = None  # Reserved while it connects.
        try:
            instance = await self._connected(access, group, name, wanted)
        except BaseException:
            del self._instances[key]
            raise
        self._instances[key] = instance
        # Not in the request's context: what that lends to the database ends with the request.
        Context().run(current_watch().add, instance, Grant(caller, access))
        if self._upkeep is None or self._upkeep.done():
            self._upkeep = asyncio.create_task(self._end_idle())
        return instance

    def find(self, access: TenantAccess, group: str, name: str) -> Instance:
        """The caller's instance. Another principal's or another key's, even of the tenant, is
        answered as one that is not there: it reads in that one's name and within that one's limits.
        Raises ``InstanceNotFound``."""
        instance = self._instances.get((access.tenant_id, group, name))
        if instance is None or instance.identity != access.identity:
            raise InstanceNotFound(group, name)
        return instance

    async def delete(self, access: TenantAccess, group: str, name: str) -> None:
        """End it, and wait until it has left its group. Raises ``InstanceNotFound``."""
        await asyncio.shield(self._end(self.find(access, group, name)))

    def _admit(self, tenant_id: str) -> None:
        by_tenant = Counter(tenant for tenant, _group, _name in self._instances)
        for who, has, limit in (
            ("This tenant", by_tenant[tenant_id], INSTANCES_PER_TENANT_MAX),
            ("The service", len(self._instances), INSTANCES_MAX),
        ):
            if has >= limit:
                raise TooManyInstances(
                    f"{who} has {limit} consumer instances at this web process, which is the "
                    f"limit. DELETE those that are done; idle ones end after {IDLE_SECONDS} s."
                )

    async def _connected(
        self, access: TenantAccess, group: str, name: str, wanted: InstanceSettings
    ) -> Instance:
        options = client_options(self._way, access.identity)
        # What the group's members are called where they are listed.
        options["client_id"] = name
        instance = Instance(
            group=group,
            name=name,
            identity=access.identity,
            settings=wanted,
            options=options,
            on_end=self._end_in_background,
        )
        try:
            await instance.start()
        except BaseException:
            self._later(instance)
            raise
        return instance

    def _end_in_background(self, instance: Instance) -> None:
        self._end(instance)

    def _end(self, instance: Instance) -> "asyncio.Task[None]":
        self._instances = {
            key: each for key, each in self._instances.items() if each is not instance
        }
        current_watch().remove(instance)
        return self._later(instance)

    def _later(self, instance: Instance) -> "asyncio.Task[None]":
        task = asyncio.create_task(instance.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task

    async def _end_idle(self) -> None:
        """Runs while there are any."""
        while self._instances:
            await asyncio.sleep(UPKEEP_SECONDS)
            now = asyncio.get_running_loop().time()
            for instance in [each for each in self._instances.values() if each is not None]:
                if instance.idle_seconds(now) > IDLE_SECONDS:
                    logger.info(
                        "consumer instance %s of group %s ends: nobody asked it anything",
                        instance.name,
                        instance.group,
                    )
                    self._end(instance)


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, Instances]" = WeakKeyDictionary()


def current_instances() -> Instances:
    """Those of the running event loop."""
    loop = asyncio.get_running_loop()
    instances = _by_loop.get(loop)
    if instances is None:
        instances = _by_loop[loop] = Instances(way_in(settings.HEADWATER))
    return instances
