"""A service's refusal as a command's failure, under Kafka's name for it."""

from brokers.kernel.errors import Refusal
from tenants.cli.failures import CommandFailure, explain


@explain.register
def _(error: Refusal) -> CommandFailure:
    return CommandFailure(error.code.name, error.message)
