"""IncrementalAlterConfigs' steps."""

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.config_operations import Operation, altered


def refusal(*steps, configs=None):
    with pytest.raises(Refusal) as caught:
        altered(configs or {}, steps)
    return caught.value


def test_set_and_delete_change_one_config_and_leave_the_others():
    before = {"retention.ms": "1000", "segment.ms": "5000"}
    after = altered(
        before,
        [
            ("retention.ms", Operation.SET, "2000"),
            ("segment.ms", Operation.DELETE, None),
            ("flush", Operation.SET, "os"),
        ],
    )
    assert after == {"retention.ms": "2000", "flush": "os"}
    assert before == {"retention.ms": "1000", "segment.ms": "5000"}


def test_deleting_what_was_not_set_is_harmless():
    assert altered({}, [("retention.ms", Operation.DELETE, None)]) == {}


def test_a_topic_can_be_compacted_as_well():
    assert altered({}, [("cleanup.policy", Operation.APPEND, "compact")]) == {
        "cleanup.policy": "delete,compact"
    }


def test_append_to_a_list_takes_no_item_twice():
    assert altered({}, [("cleanup.policy", Operation.APPEND, "delete")]) == {
        "cleanup.policy": "delete"
    }


def test_the_result_of_append_and_subtract_is_checked():
    appended = refusal(("cleanup.policy", Operation.APPEND, "purge"))
    emptied = refusal(("cleanup.policy", Operation.SUBTRACT, "delete"))
    assert (appended.code, emptied.code) == (ErrorCode.INVALID_CONFIG, ErrorCode.INVALID_CONFIG)


def test_only_lists_can_be_appended_to():
    refused = refusal(("retention.ms", Operation.APPEND, "5"))
    assert refused.code is ErrorCode.INVALID_CONFIG
    assert "no list" in refused.message


@pytest.mark.parametrize("operation", list(Operation))
def test_an_unknown_config_is_refused_whatever_is_done_to_it(operation):
    assert refusal(("nope", operation, "x")).code is ErrorCode.INVALID_CONFIG


def test_one_config_twice_is_refused():
    steps = [("flush", Operation.SET, "os"), ("flush", Operation.DELETE, None)]
    assert refusal(*steps).code is ErrorCode.INVALID_REQUEST


def test_an_unknown_operation_is_refused():
    assert refusal(("flush", 9, "os")).code is ErrorCode.INVALID_REQUEST
