"""``acls``: Kafka's flags, the JSON that scripts rely on, and the exit codes."""

CONSUMER = ("--consumer", "--topic", "orders", "--group", "billing")


def acls(run, *options):
    return run("acls", *options, "--json")


def told(answer):
    return {
        (each["operation"], each["resource_type"], each["resource_name"])
        for each in answer.document["acls"]
    }


def test_what_a_consumer_needs_is_added_listed_and_removed(run, acme):
    wanted = {
        ("read", "topic", "orders"), ("describe", "topic", "orders"), ("read", "group", "billing"),
    }  # fmt: skip
    dry = acls(run, "--add", "--allow-principal", "billing", *CONSUMER, "--dry-run")
    assert (dry.exit_code, told(dry), dry.document["added"]) == (0, wanted, False)
    assert told(acls(run, "--list")) == set()
    added = acls(run, "--add", "--allow-principal", "User:billing", *CONSUMER)
    assert (told(added), added.document["added"]) == (wanted, True)
    assert told(acls(run, "--list", "--principal", "User:billing")) == wanted
    assert told(acls(run, "--list", "--principal", "User:other")) == set()
    matching = acls(run, "--list", "--topic", "orders", "--resource-pattern-type", "match")
    assert told(matching) == {each for each in wanted if each[1] == "topic"}
    assert acls(run, "--remove", "--topic", "orders").exit_code == 2, "asks first"
    gone = acls(run, "--remove", "--topic", "orders", "--force")
    assert told(gone) == told(matching)
    assert told(acls(run, "--list")) == {("read", "group", "billing")}


def test_a_denial_by_prefix_and_host(run, acme):
    added = acls(
        run, "--add", "--deny-principal", "User:*", "--deny-host", "10.0.0.1", "--topic", "pay",
        "--resource-pattern-type", "prefixed", "--operation", "DescribeConfigs",
    )  # fmt: skip
    (only,) = added.document["acls"]
    assert only == {
        "principal": "User:*", "host": "10.0.0.1", "resource_type": "topic",
        "pattern_type": "prefixed", "resource_name": "pay", "operation": "describe_configs",
        "permission": "deny",
    }  # fmt: skip


def permissions(answer):
    return {(each["permission"], each["host"]) for each in answer.document["acls"]}


def test_what_is_removed_is_what_was_named_and_no_more(run, acme):
    """A denial that goes with what it was an exception of would allow more than before."""
    topic = ("--topic", "pay", "--operation", "Read")
    for side, hosts in (("allow", ("10.0.0.1", "10.0.0.2")), ("deny", ("10.0.0.2", "10.0.0.3"))):
        named = [part for host in hosts for part in (f"--{side}-host", host)]
        assert acls(run, "--add", f"--{side}-principal", "app", *named, *topic).exit_code == 0
    everything = {
        ("allow", "10.0.0.1"), ("allow", "10.0.0.2"), ("deny", "10.0.0.2"), ("deny", "10.0.0.3"),
    }  # fmt: skip
    assert permissions(acls(run, "--list", "--principal", "app")) == everything
    for options, wanted in (
        (("--allow-principal", "app"), {each for each in everything if each[0] == "allow"}),
        (("--deny-principal", "app"), {each for each in everything if each[0] == "deny"}),
        (("--allow-principal", "app", "--allow-host", "10.0.0.2"), {("allow", "10.0.0.2")}),
        (("--principal", "app", "--deny-host", "10.0.0.2"), {("deny", "10.0.0.2")}),
        (("--deny-host", "10.0.0.3"), {("deny", "10.0.0.3")}),
        (("--allow-principal", "other"), set()),
    ):
        dry = acls(run, "--remove", *options, "--topic", "pay", "--dry-run")
        assert permissions(dry) == wanted, options
    gone = acls(run, "--remove", "--allow-principal", "app", "--topic", "pay", "--force")
    assert len(gone.document["acls"]) == 2
    assert {side for side, _ in permissions(acls(run, "--list"))} == {"deny"}


def test_what_a_consumer_needs_is_taken_from_it_alone(run, acme):
    mine = ("--allow-principal", "billing", *CONSUMER)
    acls(run, "--add", *mine)
    acls(run, "--add", "--allow-principal", "other", *CONSUMER)
    acls(run, "--add", "--allow-principal", "billing", "--topic", "orders", "--operation", "Write")
    acls(run, "--add", "--deny-principal", "billing", "--topic", "orders", "--operation", "Read")
    gone = acls(run, "--remove", *mine, "--force")
    assert {each["permission"] for each in gone.document["acls"]} == {"allow"}
    assert told(gone) == {
        ("read", "topic", "orders"), ("describe", "topic", "orders"), ("read", "group", "billing"),
    }  # fmt: skip
    left = acls(run, "--list", "--principal", "billing")
    assert told(left) == {("write", "topic", "orders"), ("read", "topic", "orders")}
    assert len(acls(run, "--list", "--principal", "other").document["acls"]) == 3


def test_the_cluster_and_what_clients_of_kafka_can_name_besides(run, acme):
    whose = ("--allow-principal", "app", "--resource-pattern-type", "prefixed")
    acls(run, "--add", *whose, "--cluster", "--operation", "Alter")
    gone = acls(run, "--remove", *whose, "--cluster", "--force")
    assert told(gone) == {("alter", "cluster", "kafka-cluster")}
    added = acls(
        run, "--add", "--allow-principal", "app", "--user-principal", "User:other",
        "--operation", "CreateTokens",
    )  # fmt: skip
    assert told(added) == {("create_tokens", "user", "User:other")}


def test_what_cannot_be_done_is_said(run, acme):
    topic = ("--allow-principal", "app", "--topic", "t")
    for nothing in (
        ("--add", *topic, "--idempotent"),
        ("--add", *topic, "--producer", "--operation", "Read"),
        ("--add", *topic, "--producer", "--group", "g"),
        ("--add", *topic, "--consumer", "--group", "g", "--transactional-id", "x"),
        ("--add", *topic, "--producer", "--cluster"),
        ("--add", *topic, "--producer", "--deny-principal", "b"),
        ("--add", "--principal", "app", "--topic", "t"),
        ("--add", *topic, "--deny-host", "10.0.0.1"),
        ("--remove", "--producer", "--topic", "t", "--force"),
        ("--list", "--producer", "--topic", "t"),
    ):
        assert acls(run, *nothing).exit_code == 2, nothing
    for wrong in (
        ("--add", "--topic", "t"),
        ("--add", "--allow-principal", "app"),
        ("--add", *topic, "--operation", "Juggle"),
        ("--add", *topic, "--resource-pattern-type", "match"),
    ):
        assert acls(run, *wrong).exit_code == 2, wrong
    assert acls(run, "--add", *topic, "--consumer").exit_code == 1
    assert told(acls(run, "--list")) == set()
