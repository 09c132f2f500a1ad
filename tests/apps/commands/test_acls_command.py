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


def test_what_cannot_be_done_is_said(run, acme):
    topic = ("--allow-principal", "app", "--topic", "t")
    for wrong in (
        ("--add", "--topic", "t"),
        ("--add", "--allow-principal", "app"),
        ("--add", *topic, "--operation", "Juggle"),
        ("--add", *topic, "--resource-pattern-type", "match"),
    ):
        assert acls(run, *wrong).exit_code == 2, wrong
    assert acls(run, "--add", *topic, "--consumer").exit_code == 1
    assert told(acls(run, "--list")) == set()
