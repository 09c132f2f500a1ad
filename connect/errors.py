"""What Connect's services say when they will not, beside ``tenants/errors.py``."""

from collections.abc import Sequence

from tenants.errors import Invalid


class InvalidConfig(Invalid):
    """A config that a connector cannot run with; ``faults`` are (key, sentence)."""

    code = "invalid_config"

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        listed = "\n".join(sentence for _key, sentence in faults)
        super().__init__(
            "Connector configuration is invalid and contains the following "
            f"{len(faults)} error(s):\n{listed}",
            faults=[{"name": key, "message": sentence} for key, sentence in faults],
        )
        self.faults = list(faults)


class UnknownPlugin(Invalid):
    """No plugin has that name."""

    code = "unknown_plugin"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no connector plugin {name!r}; GET /connect/connector-plugins lists them",
            plugin=name,
        )
        self.plugin = name


class NotStopped(Invalid):
    """Offsets may be changed of a stopped connector only."""

    code = "not_stopped"

    def __init__(self, name: str) -> None:
        super().__init__(
            "Connectors must be in the STOPPED state before their offsets can be modified. This "
            "can be done for the specified connector by issuing a 'PUT' request to the "
            f"'/connectors/{name}/stop' endpoint",
            name=name,
        )


class OffsetsRefused(Invalid):
    """A source cannot make anything of offsets that it was given."""

    code = "offsets_refused"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason, name=name)
