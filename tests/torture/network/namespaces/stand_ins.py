"""Relays that stand for the stores, each listening in the namespace that is the store's end."""

import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.torture.network import stores
from tests.torture.network.links import OTHERS, POSTGRES, VALKEY
from tests.torture.network.namespaces.wires import End
from tests.torture.network.relay import Ends

PORTS: Final = {POSTGRES: 5432, VALKEY: 6379}
"""Nobody else is in those namespaces."""


def stand_ins(data_dir: Path, ends: Mapping[str, End]) -> list[Ends]:
    names = {end.address: name for name, end in ends.items()}
    targets = {POSTGRES: stores.postgres, VALKEY: stores.valkey}
    return [
        Ends(
            _listening(ends[store], PORTS[store]),
            store,
            partial(target, data_dir),
            lambda address: names.get(address[0], OTHERS),
        )
        for store, target in targets.items()
    ]


def _listening(end: End, port: int) -> Callable[[], socket.socket]:
    def listen() -> socket.socket:
        with end.namespace.entered():
            return socket.create_server((end.address, port))

    return listen
