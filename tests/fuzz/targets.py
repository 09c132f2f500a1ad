"""Every target by its name. Django must be set up: ``with_django``."""

import os
from functools import cache

from tests.fuzz.target import Target


def with_django() -> None:
    """For processes that pytest did not start."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()


@cache
def targets() -> dict[str, Target]:
    from tests.fuzz.broker_targets import broker_targets
    from tests.fuzz.connect_targets import connect_targets
    from tests.fuzz.document_targets import document_targets
    from tests.fuzz.edge_targets import edge_targets
    from tests.fuzz.item_targets import item_targets
    from tests.fuzz.wire_targets import wire_targets

    made = [
        wire_targets(), broker_targets(), edge_targets(), connect_targets(), item_targets(),
        document_targets(),
    ]  # fmt: skip
    return {name: target for each in made for name, target in each.items()}
