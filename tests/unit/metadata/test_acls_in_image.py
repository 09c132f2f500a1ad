"""Bindings in the image: whoever they are about is told apart by tenant."""

from brokers.authorization.acl import AclBinding
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import AclRecord, Change, Kind, Snapshot

ANN = "User:ann"


def record(acl_id, tenant="one", name="orders"):
    binding = AclBinding(ANN, "*", ResourceType.TOPIC, PatternType.LITERAL, name,
                         Operation.READ, Permission.ALLOW)  # fmt: skip
    return AclRecord(acl_id, tenant, binding)


def put(number, acl):
    return Change(number, Kind.ACL, acl.id, acl.to_json())


def may_read(image, tenant, name="orders"):
    authorizer = image.authorizers.get(tenant)
    return authorizer is not None and authorizer.allows(
        ANN, "h", Operation.READ, ResourceType.TOPIC, name
    )


def test_a_binding_counts_for_its_own_tenant_until_it_is_gone():
    image = MetadataImage()
    image.apply(put(1, record("a")))
    image.apply(put(2, record("b", "two", "stock")))
    assert may_read(image, "one")
    assert not may_read(image, "two")
    image.apply(Change(3, Kind.ACL, "a", None))
    assert not may_read(image, "one")
    assert may_read(image, "two", "stock")
    assert "one" not in image.authorizers


def test_a_snapshot_forgets_what_it_does_not_have():
    image = MetadataImage()
    image.apply(put(1, record("a")))
    snapshot = Snapshot(5, (put(5, record("b", "two")),))
    image.begin_anew(snapshot)
    assert not may_read(image, "one")
    assert may_read(image, "two")
    assert image == MetadataImage.from_snapshot(snapshot)
    image.apply(Change(6, Kind.ACL, "a", None))
    assert may_read(image, "two")
