"""docs/management.md: its example is run as it is printed."""

from tests.apps.documents import examples, hold, section


def test_curl_issues_a_key(edge, tmp_path):
    tenant = edge.tenant()
    key, secret = tenant.administrator
    variables = {"HEADWATER": edge.url, "TENANT": tenant.name, "KEY": key, "SECRET": secret}
    scripts = examples(section("management.md", "Endpoints"), "sh", "json")
    assert len(scripts) == 1
    hold(scripts, variables, tmp_path)
