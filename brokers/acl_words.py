"""Bindings in the data plane's types and in the words of the control plane's rows."""

from brokers.authorization.acl import AclBinding
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from tenants.acls import AclEntry


def binding_of(entry: AclEntry) -> AclBinding:
    """Raises ``KeyError`` for words that there are none of."""
    return AclBinding(
        entry.principal,
        entry.host,
        ResourceType[entry.resource_type.upper()],
        PatternType[entry.pattern_type.upper()],
        entry.resource_name,
        Operation[entry.operation.upper()],
        Permission[entry.permission.upper()],
    )


def entry_of(binding: AclBinding) -> AclEntry:
    return AclEntry(
        binding.principal,
        binding.host,
        binding.resource_type.name.lower(),
        binding.pattern_type.name.lower(),
        binding.resource_name,
        binding.operation.name.lower(),
        binding.permission.name.lower(),
    )
