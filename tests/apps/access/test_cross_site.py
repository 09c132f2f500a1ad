"""What another site's page can have a browser do: nothing that changes anything, and no socket.

The routes that change something are read from ``routes/``, as in ``test_routes``. A page sends the
cookies along, and bodies of a form's types; what it cannot do is read an answer, set a header of
its own without asking first (CORS), or make up ``Origin``.
"""

import re
from contextlib import ExitStack

import pytest

from streaming.access.errors import CrossSite
from streaming.live.socket_caller import require_same_site
from tests.apps.access.routes.row import Right
from tests.apps.access.test_routes import BY_HAND, ROWS

SAFE = {"GET", "HEAD", "OPTIONS"}
EVIL = "https://evil.example"
FORMS = (
    "text/plain", "text/plain; application/json", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b", "",
)  # fmt: skip
CHANGING = sorted(
    {
        *(
            (row.method, row.path, tuple(sorted(row.names.items())), row.right is Right.OPERATE)
            for row in ROWS
            if row.method not in SAFE and row.right is not Right.OPEN and "{rest}" not in row.path
        ),
        *((*each.split(" "), (), False) for each in BY_HAND if not each.startswith("GET ")),
    }
)


@pytest.fixture(scope="module")
def people(edge, tenant):
    """An owner, an operator and somebody else, each signed in."""
    with ExitStack() as stack:
        owner = stack.enter_context(edge.signed_in(edge.person(tenant, "owner")))
        other = stack.enter_context(edge.signed_in(edge.person(tenant, "owner")))
        operator = stack.enter_context(edge.operator())
        yield owner, operator, other


@pytest.fixture(scope="module")
def names(edge, tenant):
    """Of things that are there: nothing is refused for what it names."""
    topic = edge.topic(tenant)
    return {
        "cluster_id": tenant.cluster_id, "tenant": tenant.name, "topic": topic,
        "topic_name": topic, "partition": "0", "partition_id": "0", "broker_id": "1",
        "login": "somebody", "key_id": tenant.service[0], "name": "app", "acl_id": "0" * 32,
    }  # fmt: skip


def path_of(path, own, names):
    filled = {**names, **dict(own)}
    return re.sub(r"\{(\w+)\}", lambda match: filled.get(match[1], "x"), path)


def cookies_of(client):
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


@pytest.mark.parametrize("changing", CHANGING, ids=lambda each: f"{each[0]} {each[1]}")
def test_no_change_comes_of_a_cookie_alone(edge, people, names, changing):
    method, path, own, operates = changing
    owner, operator, other = people
    browser = operator if operates else owner
    cookies, token = cookies_of(browser), other.headers["X-CSRFToken"]
    planted = re.sub(r"(headwater_csrf_\w+=)[^;]+", rf"\g<1>{other.cookies[csrf(other)]}", cookies)
    attempts = [
        {"Cookie": cookies},
        {"Cookie": cookies, "X-CSRFToken": ""},
        {"Cookie": cookies, "X-CSRFToken": token},
        {"Cookie": planted, "X-CSRFToken": token, "Origin": EVIL},
        {"Cookie": cookies, "X-CSRFToken": browser.headers["X-CSRFToken"], "Origin": EVIL},
        {"Cookie": cookies, "X-CSRFToken": browser.headers["X-CSRFToken"], "Origin": "null"},
        *({"Cookie": cookies, "Content-Type": each} for each in FORMS),
        {"Cookie": cookies, "X-HTTP-Method-Override": "GET"},
    ]
    with edge.client() as page:
        for headers in attempts:
            answer = page.request(
                method,
                path_of(path, own, names),
                headers=headers,
                content=f'{{"csrfmiddlewaretoken": "{token}"}}',
            )
            assert answer.status_code == 403, (headers, answer.text[:200])
            assert "The session's request was refused" in answer.json()["message"]


OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def csrf(client):
    return next(name for name in client.cookies if name.startswith("headwater_csrf_"))


def test_no_header_or_parameter_makes_another_method_of_a_request(edge, people, names):
    owner, _operator, _other = people
    path = f"/kafka/v3/clusters/{names['cluster_id']}/topics/{names['topic']}"
    for name in (*OVERRIDES, "X-Other"):
        for method in ("GET", "POST"):
            query = {"_method": "DELETE", "method": "DELETE"}
            owner.request(method, path, headers={name: "DELETE"}, params=query)
        assert owner.get(path).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_page_elsewhere_moves_a_session_s_consumer_on(edge, people, tenant, names, site):
    """By GET, for which a browser sends cookies that are ``SameSite=Lax`` when it leaves a page."""
    owner, _operator, _other = people
    cluster, topic = names["cluster_id"], edge.topic(tenant)
    record = {"value": {"type": "JSON", "data": 1}}
    produced = owner.post(f"/kafka/v3/clusters/{cluster}/topics/{topic}/records", json=record)
    assert produced.status_code == 200, produced.text
    v2 = {"Content-Type": "application/vnd.kafka.v2+json"}
    made = {"name": site, "format": "json", "auto.offset.reset": "earliest"}
    assert owner.post(f"/kafka/v2/consumers/{topic}", json=made, headers=v2).status_code == 200
    instance = f"/kafka/v2/consumers/{topic}/instances/{site}"
    subscribed = owner.post(f"{instance}/subscription", json={"topics": [topic]}, headers=v2)
    assert subscribed.status_code == 204
    leaving = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert owner.get(f"{instance}/records", headers=leaving).status_code == 403
    typed = {"Accept": "application/vnd.kafka.json.v2+json", "Sec-Fetch-Site": "same-origin"}
    read = owner.get(f"{instance}/records?timeout=10000", headers=typed)
    assert [each["value"] for each in read.json()] == [1]
    assert owner.delete(instance, headers=v2).status_code == 204
    with edge.client(tenant.administrator) as by_key:
        assert by_key.get(tenant.path, headers=leaving).status_code == 200


@pytest.mark.parametrize("content_type", FORMS)
@pytest.mark.parametrize(
    "path", ["/api/v1/session", "/api/v1/invitation", "/api/v1/invitation/account"]
)
def test_no_form_signs_a_browser_in(edge, tenant, path, content_type):
    """As the attacker, whose session the person would then work in."""
    body = (
        f'{{"login": "{edge.person(tenant, "viewer")}", "password": "x", "code": "x", "name": "x"}}'
    )
    with edge.client() as page:
        headers = {"Content-Type": content_type, "Origin": EVIL}
        answer = page.post(path, headers=headers, content=body)
        assert answer.status_code == 415, answer.text
        assert not page.cookies


def test_no_other_site_is_let_past_by_cors(edge, tenant, names):
    topics = f"/kafka/v3/clusters/{names['cluster_id']}/topics"
    asked = {
        "Origin": EVIL, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-csrftoken,authorization",
    }  # fmt: skip
    with edge.client(tenant.administrator) as program:
        for path in ("/api/v1/session", topics, f"{topics}/{names['topic']}/records", "/connect/"):
            for method in ("OPTIONS", "GET"):
                answer = program.request(method, path, headers=asked)
                told = [name for name in answer.headers if name.startswith("access-control-")]
                assert not told


@pytest.mark.parametrize(
    ("origin", "host", "is_secure"),
    [
        (None, "site.example", True),
        ("null", "site.example", True),
        ("http://site.example", "site.example", True),
        ("https://site.example", "site.example", False),
        ("https://site.example:8443", "site.example", True),
        ("https://site.example.evil.example", "site.example", True),
        ("https://evil.example/site.example", "site.example", True),
        ("https://site.example@evil.example", "site.example", True),
        ("https://evil.example", "evil.example", True),
        ("https://evil.example,https://site.example", "site.example", True),
        ("https://", "", True),
        ("ftp://site.example", "site.example", True),
    ],
)
def test_a_socket_s_origin_is_this_very_site(settings, origin, host, is_secure):
    settings.ALLOWED_HOSTS = ["site.example"]
    with pytest.raises(CrossSite):
        require_same_site(origin, host, is_secure=is_secure)
    require_same_site("https://site.example", "site.example", is_secure=True)
    require_same_site("http://Site.example:80", "site.example:80", is_secure=False)
