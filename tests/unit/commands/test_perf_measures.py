"""What ``perf`` prints."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.cli.measures import (
    SAMPLES_MAX,
    Measurement,
    latency_percentiles,
    percentile,
    sampling_interval,
)

latencies = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1)


def test_percentiles_are_nearest_ranks():
    thousand = [float(number) for number in range(1, 1001)]
    assert latency_percentiles(thousand) == {
        "p50": 500.0, "p95": 950.0, "p99": 990.0, "p99.9": 999.0, "max": 1000.0,
    }  # fmt: skip


@given(latencies, st.sampled_from([50.0, 95.0, 99.0, 99.9]))
def test_enough_values_do_not_exceed_a_percentile_and_no_smaller_value_would_do(values, percent):
    found = percentile(sorted(values), percent)
    assert sum(value <= found for value in values) >= len(values) * percent / 100 - 1e-6
    assert sum(value < found for value in values) < len(values) * percent / 100 + 1e-6


def test_rates_are_per_second_and_megabytes_are_decimal():
    report = Measurement(records=1000, size=2_000_000, seconds=4.0).to_json()
    assert (report["records_per_second"], report["mb_per_second"]) == (250.0, 0.5)
    assert "latency_ms" not in report


def test_a_run_of_no_time_divides_by_nothing():
    assert Measurement(records=0, size=0, seconds=0.0).to_json()["records_per_second"] == 0


@given(st.integers(min_value=0, max_value=10**12))
def test_the_sample_is_bounded(records):
    assert records / sampling_interval(records) <= SAMPLES_MAX
