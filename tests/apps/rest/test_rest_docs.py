"""docs/rest.md: its examples are run as they are printed, by the clients that they are for."""

import shutil
import sys

import pytest

from streaming.cell.setup.console import node_shell
from streaming.cell.setup.environment import Environment
from tests.apps.documents import DOCS, examples, hold, said, section

DOCUMENT = "rest.md"


@pytest.fixture
def tenant(edge):
    """A new one, with the topics that the examples speak of."""
    tenant = edge.tenant()
    with edge.client(tenant.administrator) as client:
        for topic in ("orders", "clicks"):
            body = {"topic_name": topic, "partitions_count": 1}
            assert client.post(f"{tenant.path}/topics", json=body).status_code == 201
    return tenant


@pytest.fixture
def variables(edge, tenant):
    """Those that the document gives first."""
    return {
        "HEADWATER": edge.url,
        "CLUSTER": tenant.cluster_id,
        "URL": edge.url + tenant.path,
        "KEY": tenant.service[0],
        "SECRET": tenant.service[1],
    }


def test_curl_of_records(variables, tmp_path):
    scripts = examples(section(DOCUMENT, "Records"), "sh", "json")
    assert len(scripts) == 7
    hold(scripts, variables, tmp_path)


def test_curl_of_a_consumer_and_its_group(edge, tenant, variables, tmp_path):
    record = {"value": {"type": "JSON", "data": {"total": 12.5}}}
    with edge.client(tenant.service) as client:
        client.post(f"{tenant.path}/topics/orders/records", json=record).raise_for_status()
    (clusters, *_rest) = examples((DOCS / DOCUMENT).read_text(), "sh", "json")
    (consumer,) = examples(section(DOCUMENT, "REST v2"), "sh", "json")
    (reset,) = examples(section(DOCUMENT, "Groups"), "sh", "json")
    hold([clusters, consumer, reset], variables, tmp_path)


def test_requests_httpx_and_fetch_in_their_order(variables, tmp_path):
    text = section(DOCUMENT, "From Python and JavaScript")
    by_requests, by_httpx = examples(text, "python", "text")
    by_fetch, _in_a_page = examples(text, "js", "text")
    for script, shown in (by_requests, by_httpx):
        assert said((sys.executable, "-c", script), variables, tmp_path) == shown
    script, shown = by_fetch
    (tmp_path / "example.mjs").write_text(script)
    node = shutil.which("node", path=node_shell(Environment.of(DOCS.parent))["PATH"])
    assert said((node, "example.mjs"), variables, tmp_path) == shown
