"""Chains: order, predicates, what a configuration may say of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.catalogue import Kind, catalogue
from connect.runtime.steps import chain_of, step_definition, step_faults
from connect.spi.errors import ConfigError
from tests.connect.harness import sink_record
from tests.connect.transforms.plugins import PREDICATES, TRANSFORMS

ROUTE = {
    "transforms": "first,second",
    "transforms.first.type": "RegexRouter",
    "transforms.first.regex": "t",
    "transforms.first.replacement": "u",
    "transforms.second.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.second.regex": "u",
    "transforms.second.replacement": "v",
}
GUARDED = {
    "transforms": "drop",
    "transforms.drop.type": "Filter",
    "transforms.drop.predicate": "gone",
    "predicates": "gone",
    "predicates.gone.type": "RecordIsTombstone",
}


def test_the_catalogue_has_every_transform_and_predicate_under_its_own_names() -> None:
    for kind, ours in ((Kind.TRANSFORM, TRANSFORMS), (Kind.PREDICATE, PREDICATES)):
        listed = {plugin.names: plugin.load() for plugin in catalogue().all(kind)}
        assert listed == {(one.name, *one.aliases): one for one in ours.values()}


def test_steps_run_in_the_order_of_their_aliases() -> None:
    record = sink_record(1, topic="t")
    assert chain_of(ROUTE).apply(record).topic == "v"
    turned = ROUTE | {"transforms": "second,first"}
    assert chain_of(turned).apply(record).topic == "u"


def test_a_dropped_record_meets_no_further_step() -> None:
    config = ROUTE | {
        "transforms": "drop,first",
        "transforms.drop.type": "Filter",
        # It would refuse any record that it sees.
        "transforms.first.type": "TimestampRouter",
    }
    del config["transforms.first.regex"], config["transforms.first.replacement"]
    assert chain_of(config).apply(sink_record(1, timestamp_ms=None)) is None


@given(st.lists(st.booleans(), max_size=6), st.booleans(), st.booleans())
def test_a_step_applies_where_its_predicate_and_negate_differ(
    tombstones: list[bool], negate: bool, guarded: bool
) -> None:
    config = GUARDED | {"transforms.drop.negate": str(negate).lower()}
    if not guarded:
        config = {"transforms": "drop", "transforms.drop.type": "Filter"}
    chain = chain_of(config)
    for is_tombstone in tombstones:
        record = sink_record(None if is_tombstone else 1)
        applies = not guarded or is_tombstone != negate
        assert chain.apply(record) == (None if applies else record)


def test_without_transforms_nothing_changes() -> None:
    record = sink_record({"a": 1})
    assert chain_of({}).apply(record) is record
    assert chain_of({"transforms": ""}).steps == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"transforms": "first,first"}, "Duplicate alias provided"),
        ({"transforms": "nope"}, "transforms.nope.type"),
        ({"transforms.first.type": "os:system"}, "os:system"),
        ({"transforms.first.type": "HasHeaderKey"}, "HasHeaderKey"),
        ({"transforms.first.regex": "("}, "Invalid regex"),
        ({"transforms.first.regex": "(?=t)"}, "look-around"),
        ({"transforms.first.colour": "red"}, "colour"),
        ({"transforms.first.negate": "true"}, "defining a predicate to be negated"),
        ({"transforms.first.predicate": "p"}, "no such predicate"),
        ({"predicates": "p"}, "predicates.p.type"),
        ({"transforms": ",".join(f"a{number}" for number in range(51))}, "more than 50"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(changes: Any, fault: str) -> None:
    config = ROUTE | changes
    with pytest.raises(ConfigError, match=fault.replace("(", r"\(")):
        chain_of(config)
    assert step_faults(config)


def test_a_chain_that_can_be_built_has_no_faults() -> None:
    assert step_faults(ROUTE) == step_faults(GUARDED) == []


def test_definitions_stand_under_full_names_in_groups_of_their_own() -> None:
    definition = step_definition(
        GUARDED | {"transforms": "drop,cast,absent", "transforms.cast.type": "Cast$Value"}
    )
    assert [(key.name, key.group, key.order) for key in definition] == [
        ("transforms.drop.type", "Transforms: drop", 0),
        ("transforms.drop.predicate", "Transforms: drop", 1),
        ("transforms.drop.negate", "Transforms: drop", 2),
        ("transforms.cast.type", "Transforms: cast", 0),
        ("transforms.cast.predicate", "Transforms: cast", 1),
        ("transforms.cast.negate", "Transforms: cast", 2),
        ("transforms.cast.spec", "Transforms: cast", 3),
        ("transforms.cast.replace.null.with.default", "Transforms: cast", 4),
        ("transforms.absent.type", "Transforms: absent", 0),
        ("predicates.gone.type", "Predicates: gone", 0),
    ]  # fmt: skip


def test_forms_offer_what_a_step_may_be_and_the_predicates_there_are() -> None:
    config = {**GUARDED, "transforms.drop.type": "", "predicates": "gone,headed"}
    offered = {
        each.name: each.recommended_values for each in step_definition(config).validate(config)
    }
    assert {"MaskField$Value", "CelFilter"} <= set(offered["transforms.drop.type"])
    assert set(offered["predicates.headed.type"]) == set(PREDICATES)
    filled = {**config, "transforms.drop.type": "Filter"}
    offered = {
        each.name: each.recommended_values for each in step_definition(filled).validate(filled)
    }
    assert offered["transforms.drop.predicate"] == ("gone", "headed")
