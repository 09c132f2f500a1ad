"""A tenant, three brokers, and the verbs in the tenant's name."""

from dataclasses import dataclass

import pytest

from brokers.kernel.ids import Principal, TenantId, TopicName
from brokers.node.ports import Actor, NewTopic
from brokers.services.create_topic import create_topic
from brokers.services.register_broker import register_broker
from tenants.models import Tenant
from tenants.services.create_tenant import create_tenant
from tests.apps.brokers.registrations import registration


@dataclass(frozen=True, slots=True)
class TenantAtWork:
    tenant: Tenant

    @property
    def actor(self) -> Actor:
        return Actor(TenantId(str(self.tenant.id)), Principal("User:test"), True)

    def create(self, name: str, partitions: int = 3, **options):
        validate_only = options.pop("validate_only", False)
        topic = NewTopic(TopicName(name), partitions, **options)
        return create_topic(actor=self.actor, topic=topic, validate_only=validate_only)


@pytest.fixture
def acme(db):
    return TenantAtWork(create_tenant(name="acme", by="test"))


@pytest.fixture
def rival(db):
    return TenantAtWork(create_tenant(name="rival", by="test"))


@pytest.fixture
def three_brokers(db):
    for number in (1, 2, 3):
        register_broker(registration(number))
