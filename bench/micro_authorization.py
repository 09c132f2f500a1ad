"""What it costs a produce to be authorised: ``python -m bench.micro_authorization``.

Microseconds per topic of a request, the least of several runs on one core: the same look-up with
and without the question for a right, over a tenant of 2,000 bindings and 1,000 topics, each asked
for in turn. Written to ``bench/results/authorization.json``. The aim is 2 microseconds at most.
"""

import json
import timeit
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from time import process_time
from types import SimpleNamespace
from typing import Any

from brokers.authorization.acl import AclBinding
from brokers.authorization.authorizer import Authorizer
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from brokers.authorization.restriction import KeyRestriction, NamePattern
from brokers.kernel.ids import ZERO_TOPIC_ID, Principal, TenantId, TopicId, TopicName
from brokers.metadata.image import MetadataImage
from brokers.node.authorization import Rights
from brokers.node.partition_lookup import find_topic, find_topic_for
from brokers.node.session import SERVICE_ACCOUNT, Session

REPEATS = 15
TOPICS = 1_000
BINDINGS = 2_000
TENANT = TenantId("tenant")
RESULTS = Path(__file__).parent / "results" / "authorization.json"


def microseconds(call: Callable[[], object]) -> float:
    # Of this process alone: others on the machine do not count.
    timer = timeit.Timer(call, timer=process_time)
    number, _ = timer.autorange()
    number = max(1, number // 10)
    return min(timer.repeat(REPEATS, number)) / number * 1e6


def image() -> MetadataImage:
    """Ten accounts share the bindings: prefixes, literals, and one denial in ten."""
    made, authorizer = MetadataImage(), Authorizer()
    for number in range(BINDINGS):
        kind = PatternType.PREFIXED if number % 3 == 0 else PatternType.LITERAL
        binding = AclBinding(
            f"User:app-{number % 10}",
            "*",
            ResourceType.TOPIC,
            kind,
            f"topic-{number % TOPICS:04}"[: 8 if kind is PatternType.PREFIXED else None],
            Operation.READ if number % 10 == 9 else Operation.WRITE,
            Permission.DENY if number % 10 == 9 else Permission.ALLOW,
        )
        authorizer.put(str(number), binding)
    made.authorizers[TENANT] = authorizer
    made.topic_ids[TENANT] = {
        TopicName(f"topic-{number:04}"): TopicId(number.to_bytes(16, "big"))
        for number in range(1, TOPICS + 1)
    }
    return made


def rights(over: MetadataImage, restriction: KeyRestriction | None = None) -> Rights:
    session = Session(
        TENANT, Principal("User:app-1"), SERVICE_ACCOUNT, "KEY", restriction=restriction
    )
    return Rights(session, "10.0.0.1", over)


def main() -> None:
    node: Any = SimpleNamespace(image=image())
    names = cycle(list(node.image.topic_ids[TENANT]))
    narrow = KeyRestriction(topics=(NamePattern("topic-", PatternType.PREFIXED),))
    plain, restricted = rights(node.image), rights(node.image, narrow)
    bare = microseconds(lambda: find_topic(node, TENANT, next(names), ZERO_TOPIC_ID))

    def asked(of: Rights) -> float:
        return microseconds(lambda: find_topic_for(Operation.WRITE, of, node, next(names)))

    with_acls, with_restriction = asked(plain), asked(restricted)

    def anew() -> None:
        node.image.authorizers[TENANT].remove("none of this id")
        node.image.authorizers[TENANT].put("edited", first)
        plain.operations(ResourceType.TOPIC, "topic-0500")

    first = node.image.authorizers[TENANT].bindings()[0][1]
    result = {
        "look_up_us": round(bare, 3),
        "look_up_with_acls_us": round(with_acls, 3),
        "authorization_us_per_produce": round(with_acls - bare, 3),
        "with_restriction_us_per_produce": round(with_restriction - bare, 3),
        "first_question_after_an_edit_us": round(microseconds(anew), 1),
        "bindings": BINDINGS,
        "topics": TOPICS,
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for name, value in result.items():
        print(f"{name:36} {value}")


if __name__ == "__main__":
    main()
