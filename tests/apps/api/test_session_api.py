import pytest

from tests.apps.edge_service import PASSWORD


def sign_in(client, login, password=PASSWORD):
    return client.post("/api/v1/session", json={"login": login, "password": password})


def test_signing_in_and_out(edge, tenant):
    login = edge.person(tenant, "developer")
    with edge.client() as client:
        nobody = client.get("/api/v1/session")
        assert (nobody.status_code, nobody.json()["error_code"]) == (401, 40101)
        assert nobody.json()["csrf_token"]
        assert "WWW-Authenticate" not in nobody.headers
        signed_in = sign_in(client, login.upper())
        assert signed_in.status_code == 200
        session = signed_in.json()
        assert session["user"] == {"login": login, "name": "A Person", "is_operator": False}
        assert session["tenants"] == [
            {
                "name": tenant.name,
                "cluster_id": tenant.cluster_id,
                "role": "developer",
                "scopes": ["read", "write"],
            }
        ]
        same = client.get("/api/v1/session").json()
        assert (same["user"], same["tenants"]) == (session["user"], session["tenants"])
        assert client.delete("/api/v1/session").status_code == 403
        token = {"X-CSRFToken": same["csrf_token"]}
        assert client.delete("/api/v1/session", headers=token).status_code == 204
        assert client.get("/api/v1/session").status_code == 401


def test_a_wrong_password_and_an_unknown_login_answer_alike(edge, tenant):
    login = edge.person(tenant, "viewer")
    with edge.client() as client:
        wrong, unknown = sign_in(client, login, "wrong"), sign_in(client, "nobody-at-all")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.content == unknown.content


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"login": 1, "password": "x"}', "application/json", 400),
        (b'{"login": "a\\u0000", "password": "x"}', "application/json", 400),
        (b'{"login": "a\\ud800", "password": "x"}', "application/json", 400),
        (b'{"login": "a", "password": "x\\ud800"}', "application/json", 400),
        (b'{"login": "a", "password": "' + b"x" * 2000 + b'"}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"login=a&password=b", "application/x-www-form-urlencoded", 415),
        (b"x" * 2_000_000, "application/json", 413),
    ],
)
def test_bad_bodies_are_refused(edge, content, content_type, status):
    with edge.client() as client:
        headers = {"Content-Type": content_type}
        response = client.post("/api/v1/session", content=content, headers=headers)
        assert response.status_code == status, response.text
        assert response.json()["message"]


def test_guessing_at_one_login_is_slowed_with_the_time_to_wait(edge, tenant):
    login = edge.person(tenant, "viewer")
    with edge.client() as client:
        answers = [sign_in(client, login, "wrong") for _ in range(12)]
        slowed = [answer for answer in answers if answer.status_code == 429]
        assert slowed
        assert int(slowed[0].headers["Retry-After"]) > 0


def test_the_overview_tells_how_to_connect(edge, tenant):
    edge.topic(tenant, partitions=2)
    with edge.client(tenant.administrator) as client:
        overview = client.get(f"/api/v1/tenants/{tenant.name}/overview").json()
    assert (overview["tenant"], overview["cluster_id"]) == (tenant.name, tenant.cluster_id)
    assert (overview["topics"], overview["partitions"]) == (1, 2)
    assert [broker["state"] for broker in overview["brokers"]] == ["running", "running"]
    assert overview["security_protocol"] == "SASL_PLAINTEXT"


def test_the_openapi_document_describes_every_endpoint(edge):
    with edge.client() as client:
        document = client.get("/api/openapi.json").json()
    records = "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records"
    assert document["openapi"].startswith("3.")
    assert "post" in document["paths"][records]
    assert {"get", "post", "delete"} <= document["paths"]["/api/v1/session"].keys()


@pytest.mark.parametrize("path", ["/api/nonsense", "/api/v1/x", "/kafka/v3/x", "/kafka/v3/"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_is_not_there_is_answered_as_json(edge, method, path):
    with edge.client() as client:
        response = client.request(method, path)
    assert (response.status_code, response.json()["error_code"]) == (404, 404)


def test_what_django_answers_by_itself_is_json_too(edge):
    with edge.client() as client:
        for path in ("/api/v1/a%0Ab", "/kafka/v3/a%0Ab", "/kafka/v2/a%0Ab"):
            response = client.get(path)
            assert (response.status_code, response.json()["error_code"]) == (404, 404)
        elsewhere = client.get("/api/v1/session", headers={"Host": "evil.example"})
        assert (elsewhere.status_code, elsewhere.json()["error_code"]) == (400, 400)
        assert client.get("/no-page").headers["Content-Type"].startswith("text/html")
