"""What Kafka sets for all brokers at once and is a tenant's own here: two settings of the tenant.

Pure. Names and meanings as Kafka's; everything else that a broker can be told is for whoever runs
the service.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from brokers.metadata.config_operations import Operation
from brokers.metadata.config_values import Values, integer, one_of
from brokers.metadata.topic_configs import ConfigType
from brokers.node.config_entries import Entry, Source, Synonym
from brokers.node.ports import ConfigOperation
from streaming.rest.body import shown

Setting = bool | int


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """``setting`` is its name at the tenant; ``default`` and values are text, as in Kafka."""

    name: str
    setting: str
    type: ConfigType
    default: str
    values: Values
    documentation: str

    def entry(self, settings: Mapping[str, Setting]) -> Entry:
        value = str(settings[self.setting]).lower()
        is_default = value == self.default
        default = Synonym(self.name, self.default, Source.DEFAULT)
        own = Synonym(self.name, value, Source.DYNAMIC_DEFAULT_BROKER)
        return Entry(
            self.name,
            value,
            Source.DEFAULT if is_default else Source.DYNAMIC_DEFAULT_BROKER,
            False,
            self.type,
            self.documentation,
            [default] if is_default else [own, default],
        )


_ALL: Final = (
    ClusterConfig(
        "auto.create.topics.enable",
        "auto_create_topics",
        ConfigType.BOOLEAN,
        "false",
        one_of("true", "false"),
        "Whether a topic is created when a client asks about it.",
    ),
    ClusterConfig(
        "num.partitions",
        "default_partition_count",
        ConfigType.INT,
        "6",
        integer(1, PARTITIONS_PER_TOPIC_MAX),
        "Partitions of a topic when a client asks for the default.",
    ),
)

CLUSTER_CONFIGS: Final[Mapping[str, ClusterConfig]] = {config.name: config for config in _ALL}


def settings_after(operations: Iterable[ConfigOperation]) -> dict[str, Setting]:
    """The tenant's settings that ``operations`` change, with their new values.

    Raises ``Refusal`` INVALID_CONFIG.
    """
    return dict(map(_setting, operations))


def _setting(step: ConfigOperation) -> tuple[str, Setting]:
    config = CLUSTER_CONFIGS.get(step.name)
    if config is None:
        raise Refusal(
            ErrorCode.INVALID_CONFIG,
            f"there is no cluster config {shown(step.name)} that a tenant sets; there are "
            f"{' and '.join(CLUSTER_CONFIGS)}",
        )
    value = config.default if step.operation == Operation.DELETE else step.value
    if value is None or not config.values.are_good(value):
        raise Refusal(
            ErrorCode.INVALID_CONFIG,
            f"cluster config {step.name} cannot be {shown(str(value))}; it takes "
            f"{config.values.wanted}",
        )
    return config.setting, value == "true" if config.type is ConfigType.BOOLEAN else int(value)
