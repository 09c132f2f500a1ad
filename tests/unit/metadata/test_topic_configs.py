"""Topic configs: what is accepted, what is refused, and what is in force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.log.config import LogConfig
from brokers.metadata.topic_configs import TOPIC_CONFIGS, check_config, checked, value_of
from brokers.node.log_config import to_log_config


def refusal(name, value):
    with pytest.raises(Refusal) as caught:
        check_config(name, value)
    assert caught.value.code is ErrorCode.INVALID_CONFIG
    return caught.value.message


@pytest.mark.parametrize("name", sorted(TOPIC_CONFIGS))
def test_every_default_is_acceptable_and_documented(name):
    config = TOPIC_CONFIGS[name]
    assert check_config(name, config.default) == config.default
    assert config.documentation.endswith(".")


def test_what_was_not_set_means_what_the_log_does_by_default():
    assert to_log_config({}) == LogConfig()


@pytest.mark.parametrize(
    ("name", "value", "attribute", "meaning"),
    [
        ("segment.bytes", "2097152", "segment_bytes", 2_097_152),
        ("segment.ms", "60000", "segment_ms", 60_000),
        ("segment.index.bytes", "8192", "segment_index_bytes", 8_192),
        ("index.interval.bytes", "0", "index_interval_bytes", 0),
        ("retention.ms", "-1", "retention_ms", -1),
        ("retention.bytes", "1000", "retention_bytes", 1000),
        ("max.message.bytes", "5", "max_message_bytes", 5),
        ("message.timestamp.type", "LogAppendTime", "message_timestamp_type", "LogAppendTime"),
        ("message.timestamp.before.max.ms", "7", "message_timestamp_before_max_ms", 7),
        ("message.timestamp.after.max.ms", "8", "message_timestamp_after_max_ms", 8),
        ("flush", "os", "flush", "os"),
        ("file.delete.delay.ms", "0", "file_delete_delay_ms", 0),
        ("cleanup.policy", "compact", "cleanup_policy", "compact"),
        ("cleanup.policy", "compact, delete", "cleanup_policy", "compact,delete"),
        ("cleanup.policy", "compact", "compacts", True),
        ("cleanup.policy", "compact", "deletes_old_records", False),
        ("cleanup.policy", "delete, compact", "deletes_old_records", True),
        ("cleanup.policy", "delete", "compacts", False),
        ("min.cleanable.dirty.ratio", "0.25", "min_cleanable_dirty_ratio", 0.25),
        ("min.compaction.lag.ms", "9", "min_compaction_lag_ms", 9),
        ("max.compaction.lag.ms", "10", "max_compaction_lag_ms", 10),
        ("delete.retention.ms", "11", "delete_retention_ms", 11),
    ],
)
def test_what_is_set_reaches_the_log(name, value, attribute, meaning):
    assert getattr(to_log_config(checked({name: value})), attribute) == meaning


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retention.ms", "-2"),
        ("retention.ms", "1e3"),
        ("retention.ms", " 5"),
        ("retention.ms", "1_000"),
        ("retention.ms", "9223372036854775808"),
        ("retention.ms", "٣"),
        ("retention.ms", ""),
        ("retention.bytes", "-2"),
        ("segment.bytes", "1000"),
        ("segment.bytes", "2147483648"),
        ("segment.ms", "1"),
        ("max.message.bytes", "99999999"),
        ("min.insync.replicas", "0"),
        ("min.cleanable.dirty.ratio", "1.1"),
        ("min.cleanable.dirty.ratio", "nan"),
        ("cleanup.policy", ""),
        ("cleanup.policy", "compact,"),
        ("cleanup.policy", "compact,compact"),
        ("cleanup.policy", "compact delete"),
        ("max.compaction.lag.ms", "0"),
        ("message.timestamp.type", "createtime"),
        ("compression.type", "brotli"),
        ("flush", "never"),
        ("preallocate", "yes"),
        ("file.delete.delay.ms", "86400001"),
    ],
)
def test_values_out_of_range_are_refused_by_name(name, value):
    assert name in refusal(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unclean.leader.election.enable", "true"),
        ("remote.storage.enable", "true"),
    ],
)
def test_what_this_release_cannot_honour_is_refused_with_the_reason(name, value):
    message = refusal(name, value)
    assert "(" in message, "the reason stands in brackets"


def test_compaction_may_not_be_forbidden_for_longer_than_it_may_wait():
    lags = {"min.compaction.lag.ms": "2000", "max.compaction.lag.ms": "1999"}
    with pytest.raises(Refusal, match=r"min\.compaction\.lag\.ms"):
        checked(lags)
    assert checked({**lags, "max.compaction.lag.ms": "2000"})


def test_unknown_names_are_refused():
    assert "retention.milliseconds" in refusal("retention.milliseconds", "5")


def test_a_config_without_a_value_is_refused():
    assert "no value" in refusal("retention.ms", None)


@given(st.text(max_size=300), st.none() | st.text(max_size=300))
def test_any_name_and_value_is_accepted_or_refused(name, value):
    try:
        accepted = check_config(name, value)
    except Refusal as refused:
        accepted, code, length = value, refused.code, len(refused.message)
    else:
        code, length = ErrorCode.INVALID_CONFIG, 0
    assert (accepted, code) == (value, ErrorCode.INVALID_CONFIG)
    assert length < 700


@given(st.sampled_from(sorted(TOPIC_CONFIGS)), st.integers().map(str) | st.text(max_size=30))
def test_what_is_accepted_has_a_meaning_to_the_log(name, value):
    try:
        configs = checked({name: value})
    except Refusal:
        return
    assert isinstance(to_log_config(configs), LogConfig)
    assert value_of(name, configs) == value
