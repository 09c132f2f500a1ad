"""What converters have in common whose schemas are in a registry."""

from typing import Final

from connect.converters.converter import Converter
from connect.converters.registry import RegisteredSchema, SchemaRegistry, subject_name
from connect.spi.config import (
    REQUIRED,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    non_empty,
    one_of,
)

REGISTRY_URL: Final = "schema.registry.url"
USER_INFO: Final = "basic.auth.user.info"
AUTO_REGISTER: Final = "auto.register.schemas"

REGISTRY_CONFIG: Final = ConfigDef(
    (
        ConfigKey(
            REGISTRY_URL, ConfigType.STRING, REQUIRED, Importance.HIGH,
            "Where the schema registry is, as https://registry.example.", validator=non_empty,
            names_target=True,
        ),
        ConfigKey(
            "basic.auth.credentials.source", ConfigType.STRING, "USER_INFO", Importance.MEDIUM,
            f"Accepted for Kafka's sake: credentials come from {USER_INFO}.",
            validator=one_of("USER_INFO"),
        ),
        ConfigKey(
            USER_INFO, ConfigType.PASSWORD, None, Importance.MEDIUM,
            "USER:PASSWORD for the registry, where it asks for them.",
        ),
        ConfigKey(
            AUTO_REGISTER, ConfigType.BOOLEAN, True, Importance.MEDIUM,
            "Whether a schema that is not there yet is registered; else its record is a bad one.",
        ),
    )
)  # fmt: skip


class RegisteredConverter(Converter):
    """Whoever makes one calls ``connect_to`` before it converts anything."""

    config = REGISTRY_CONFIG
    _registry: SchemaRegistry

    def connect_to(self, registry: SchemaRegistry) -> None:
        self._registry = registry

    def _id_of(self, topic: str, schema: RegisteredSchema) -> int:
        subject = subject_name(topic, is_key=self.is_key)
        if self.configured[AUTO_REGISTER]:
            return self._registry.register(subject, schema)
        return self._registry.lookup(subject, schema)
