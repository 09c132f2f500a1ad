"""The precedence of a tenant's client quotas, held against Kafka's list of eight."""

from hypothesis import given
from hypothesis import strategies as st

from brokers.quotas.client_quotas import ClientQuotas, Group

NAMES = ("a", "b")
KINDS = ("user", "client-id")
RATE = "producer_byte_rate"

entities = st.dictionaries(
    st.sampled_from(KINDS), st.sampled_from([*NAMES, None]), min_size=1, max_size=2
)
quotas = st.lists(
    st.tuples(entities, st.integers(1, 1000), st.sampled_from([RATE, "consumer_byte_rate"])),
    max_size=8,
    unique_by=lambda each: tuple(sorted((k, v or "") for k, v in each[0].items())),
)

ORDER = (
    {"user": "NAME", "client-id": "NAME"},
    {"user": "NAME", "client-id": None},
    {"user": "NAME"},
    {"user": None, "client-id": "NAME"},
    {"user": None, "client-id": None},
    {"user": None},
    {"client-id": "NAME"},
    {"client-id": None},
)


def told(quotas):
    return [(entity, {name: float(value)}) for entity, value, name in quotas]


def naive(quotas, user, client_id):
    named = {"user": user, "client-id": client_id}
    for level in ORDER:
        wanted = {kind: named[kind] if name else None for kind, name in level.items()}
        for entity, value, name in quotas:
            if entity == wanted and name == RATE:
                return Group(
                    user if "user" in level else None,
                    client_id if "client-id" in level else None,
                    float(value),
                    wanted,
                )
    return None


@given(quotas, st.sampled_from([*NAMES, "c"]), st.sampled_from([*NAMES, "c"]))
def test_the_most_specific_quota_holds(quotas, user, client_id):
    found = ClientQuotas(told(quotas))
    assert found.group(RATE, user, client_id) == naive(quotas, user, client_id)
    assert found.by_client_id == any("client-id" in entity for entity, _, _ in quotas)


def test_connections_by_address():
    rates = [({"ip": "10.0.0.1"}, 5.0), ({"ip": None}, 2.0)]
    quotas = ClientQuotas((entity, {"connection_creation_rate": rate}) for entity, rate in rates)
    assert quotas.connection_rate("10.0.0.1") == (5.0, {"ip": "10.0.0.1"})
    assert quotas.connection_rate("10.0.0.2") == (2.0, {"ip": None})
    assert ClientQuotas().connection_rate("10.0.0.1") is None
