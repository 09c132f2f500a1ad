"""A snapshot is the changes up to its number, folded; and they are what brokers can read."""

import contextlib
import random
from datetime import timedelta

import pytest

from brokers.kernel.errors import Refusal
from brokers.kernel.ids import ChangeNumber
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import Kind
from brokers.node.ports import ConfigOperation
from brokers.selectors.changes import changes_after
from brokers.selectors.snapshot import snapshot
from brokers.selectors.topics import topic_id_of, topics_of
from brokers.services.alter_topic_configs import alter_topic_configs
from brokers.services.create_partitions import create_partitions
from brokers.services.delete_topic import delete_topic
from brokers.services.fence_broker import fence_broker
from brokers.services.heartbeat import heartbeat
from brokers.services.purge_deleted_topics import purge_deleted_topics
from brokers.services.register_broker import register_broker
from tenants.acls import AclEntry
from tenants.selectors.api_keys import api_keys_of
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas
from tenants.services.alter_scram_users import ScramChange, alter_scram_users
from tenants.services.alter_tenant import alter_tenant
from tenants.services.create_acls import create_acls
from tenants.services.delete_acls import delete_acls
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tenants.services.set_tenant_limits import set_tenant_limits
from tests.apps.brokers.registrations import registration

EVERYTHING = 10_000


def folded(image: MetadataImage) -> MetadataImage:
    """``image`` after what it has not seen yet."""
    for change in changes_after(image.number, EVERYTHING):
        image.apply(change)
    return image


class Verbs:
    """Any verb, on anything that there is."""

    def __init__(self, tenant, seed):
        self.tenant = tenant
        self.random = random.Random(seed)

    def act(self):
        verb = self.random.choice(
            [
                self.create, self.grow, self.configure, self.delete, self.register, self.fence,
                self.live, self.issue, self.revoke, self.configure_tenant,
                self.set_password, self.limit, self.quota, self.allow, self.forbid,
            ]
        )  # fmt: skip
        # There may be nothing to act upon yet, or too much of it.
        with contextlib.suppress(Refusal, IndexError):
            verb()

    def _topic(self):
        return self.random.choice(topics_of(self.tenant.tenant.id))

    def create(self):
        name = f"topic{self.random.randint(1, 4)}"
        self.tenant.create(name, self.random.randint(1, 3), configs={"retention.ms": "5"})

    def grow(self):
        topic = self._topic()
        count = topic.partition_count + 1
        create_partitions(actor=self.tenant.actor, name=topic.name, count=count)

    def configure(self):
        step = ConfigOperation("segment.ms", 0, str(self.random.randint(1_000, 9_000)))
        alter_topic_configs(actor=self.tenant.actor, name=self._topic().name, operations=[step])

    def delete(self):
        delete_topic(actor=self.tenant.actor, topic_id=topic_id_of(self._topic()))

    def register(self):
        volume = self.random.choice([None, None, None, "other"])
        register_broker(registration(self.random.randint(1, 3), volume))

    def set_password(self):
        verifier = {"salt": "", "iterations": 4096, "stored_key": "", "server_key": ""}
        name = self.random.choice(["alice", "bob"])
        kept = self.random.choice([None, verifier])
        change = ScramChange(name, {"scram_sha_256": kept})
        alter_scram_users(tenant_id=self.tenant.tenant.id, by="test", wanted=[change])

    def fence(self):
        fence_broker(self.random.randint(1, 3), 1, by="test")

    def live(self):
        heartbeat(self.random.randint(1, 3), 1)

    def issue(self):
        tenant_id = self.tenant.tenant.id
        ensure_service_account(tenant_id=tenant_id, name="app", by="test")
        account = self.random.choice([None, "app"])
        issue_api_key(tenant_id=tenant_id, service_account=account, by="test")

    def revoke(self):
        tenant_id = self.tenant.tenant.id
        key = self.random.choice(api_keys_of(tenant_id))
        revoke_api_key(tenant_id=tenant_id, key_id=key.key_id, by="test")

    def allow(self):
        operation = self.random.choice(["read", "write"])
        entry = AclEntry("User:app", "*", "topic", "literal", "orders", operation, "allow")
        create_acls(tenant_id=self.tenant.tenant.id, entries=[entry], by="test")

    def forbid(self):
        operation = self.random.choice(["read", "write"])
        wanted = [lambda entry: entry.operation == operation]
        delete_acls(tenant_id=self.tenant.tenant.id, filters=wanted, by="test")

    def limit(self):
        value = self.random.choice([None, 100, 200])
        set_tenant_limits(tenant_id=self.tenant.tenant.id, limits={"groups": value}, by="test")

    def quota(self):
        value = self.random.choice([None, 100.0, 200.0])
        entity = {"user": self.random.choice([None, "app"])}
        alter_client_quotas(
            tenant_id=self.tenant.tenant.id,
            alterations=[Alteration(entity, {"producer_byte_rate": value})],
            by="test",
        )

    def configure_tenant(self):
        count = self.random.randint(1, 9)
        alter_tenant(tenant_id=self.tenant.tenant.id, default_partition_count=count, by="test")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_a_snapshot_equals_the_fold_of_the_changes_up_to_it(acme, three_brokers, seed):
    verbs = Verbs(acme, seed)
    followed = MetadataImage()
    for _ in range(4):
        for _ in range(20):
            verbs.act()
        assert folded(followed) == MetadataImage.from_snapshot(snapshot())
    assert followed.topics
    assert followed.tombstones
    assert followed.credentials


@pytest.mark.django_db(transaction=True)
def test_a_purged_topic_is_gone_from_both(acme, three_brokers, monkeypatch):
    created = acme.create("flights", 3)
    followed = folded(MetadataImage())
    delete_topic(actor=acme.actor, topic_id=created.topic_id)
    assert created.topic_id in folded(followed).tombstones
    module = "brokers.services.purge_deleted_topics"
    monkeypatch.setattr(f"{module}._every_broker_knows", lambda topic: True)
    monkeypatch.setattr(f"{module}.DELAY", timedelta(seconds=-1))
    assert purge_deleted_topics() == 1
    assert created.topic_id not in folded(followed).tombstones
    assert followed == MetadataImage.from_snapshot(snapshot())


@pytest.mark.django_db(transaction=True)
def test_changes_are_read_in_order_and_in_parts(acme, three_brokers):
    acme.create("flights", 3)
    everything = changes_after(ChangeNumber(0), EVERYTHING)
    assert [change.number for change in everything] == list(range(1, len(everything) + 1))
    in_parts = []
    while part := changes_after(in_parts[-1].number if in_parts else ChangeNumber(0), 2):
        assert len(part) <= 2
        in_parts += part
    assert in_parts == everything
    assert {change.kind for change in everything} == {
        Kind.TENANT,
        Kind.BROKER,
        Kind.TOPIC,
        Kind.PARTITION,
    }
