"""Making a kafka-python client, whose constructor asks a broker."""

import time
from collections.abc import Callable
from typing import TypeVar

from kafka.errors import KafkaError

T = TypeVar("T")


def bootstrapped(make: Callable[[], T]) -> T:
    """What ``make`` makes, tried until a broker answers."""
    while True:
        try:
            return make()
        except KafkaError:
            time.sleep(0.5)
