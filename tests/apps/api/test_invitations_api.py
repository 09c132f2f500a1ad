"""Invitations over HTTP, as who invites and who is invited see them."""

MINE = "/api/v1/session/invitations"
CODE = "/api/v1/invitation"
JOIN = "/api/v1/invitation/account"
PASSPHRASE = "a passphrase nobody guesses"


def invite(owner, path, login, role="viewer"):
    invited = owner.post(f"{path}/invitations", json={"login": login, "role": role})
    assert invited.status_code == 201, invited.text
    return invited.json()


def invited(owner, path):
    return {each["login"] for each in owner.get(f"{path}/invitations").json()["data"]}


def members(owner, path):
    listed = owner.get(f"{path}/members").json()["data"]
    return {each["login"]: each["role"] for each in listed}


def test_who_has_a_login_finds_it_and_accepts(edge, tenant, path, owner):
    login = edge.person(edge.tenant(), "viewer")
    issued = invite(owner, path, login, "developer")
    assert login in invited(owner, path)
    assert login not in members(owner, path)
    assert issued["code"] not in owner.get(f"{path}/invitations").text
    with edge.signed_in(login) as person:
        (mine,) = person.get(MINE).json()["data"]
        assert (mine["tenant"], mine["role"]) == (tenant.name, "developer")
        assert mine["invited_by"] == issued["invited_by"]
        without_token = person.post(MINE, json={"tenant": tenant.name}, headers={"X-CSRFToken": ""})
        assert without_token.status_code == 403
        accepted = person.post(MINE, json={"tenant": tenant.name})
        assert accepted.status_code == 201, accepted.text
        assert accepted.json() == {"tenant": tenant.name, "role": "developer"}
        assert person.get(MINE).json()["data"] == []
        names = [each["name"] for each in person.get("/api/v1/session").json()["tenants"]]
        assert tenant.name in names
    assert members(owner, path)[login] == "developer"
    assert login not in invited(owner, path)


def test_who_has_none_follows_the_link_and_sets_a_password(edge, tenant, path, owner):
    issued = invite(owner, path, "mia@example.com")
    with edge.client() as browser:
        shown = browser.post(CODE, json={"code": issued["code"]})
        assert shown.status_code == 200, shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.json() == {
            "tenant": tenant.name,
            "role": "viewer",
            "login": "mia@example.com",
            "invited_by": issued["invited_by"],
            "expires_at": issued["expires_at"],
        }
        body = {"code": issued["code"], "name": "Mia", "password": PASSPHRASE, "full_name": "Mia M"}
        weak = browser.post(JOIN, json=body | {"password": "1"})
        assert (weak.status_code, "short" in weak.text) == (400, True)
        joined = browser.post(JOIN, json=body)
        assert joined.status_code == 201, joined.text
        login = f"mia@{tenant.name}"
        assert joined.json()["user"] == {"login": login, "name": "Mia M", "is_operator": False}
        session = browser.get("/api/v1/session").json()
        assert [each["name"] for each in session["tenants"]] == [tenant.name]
        assert browser.post(JOIN, json=body).status_code == 404, "a code is for once"
    with edge.signed_in(login, PASSPHRASE):
        pass
    assert members(owner, path)[login] == "viewer"


def test_who_joins_in_somebody_s_session_has_one_of_their_own(edge, tenant, path, owner):
    issued = invite(owner, path, "at-a-shared-desk")
    with edge.signed_in(edge.person(tenant, "owner")) as browser:
        body = {"code": issued["code"], "name": "desk", "password": PASSPHRASE}
        joined = browser.post(JOIN, json=body)
        assert joined.status_code == 201, joined.text
        assert browser.get("/api/v1/session").json()["user"] == joined.json()["user"]


def test_who_is_signed_in_accepts_by_the_link_too(edge, tenant, path, owner):
    issued = invite(owner, path, "by-another-name")
    login = edge.person(edge.tenant(), "viewer")
    with edge.signed_in(login) as person:
        assert person.get(MINE).json()["data"] == []
        assert person.post(MINE, json={"code": issued["code"]}).status_code == 201
        assert person.post(MINE, json={"code": issued["code"]}).status_code == 404
        for body in ({}, {"code": "x", "tenant": "y"}, {"code": 1}, {"who": "x"}):
            assert person.post(MINE, json=body).status_code == 400, body
    assert members(owner, path)[login] == "viewer"


def test_who_declines_is_shown_it_no_more_and_the_list_stays(edge, tenant, path, owner):
    login = edge.person(edge.tenant(), "viewer")
    invite(owner, path, login)
    listed = owner.get(f"{path}/invitations").text
    with edge.signed_in(login) as person:
        assert person.delete(f"{MINE}/{tenant.name}").status_code == 204
        assert person.get(MINE).json()["data"] == []
        assert person.delete(f"{MINE}/never-invited").status_code == 404
    assert owner.get(f"{path}/invitations").text == listed


def test_a_withdrawn_code_is_an_unknown_one(edge, path, owner):
    issued = invite(owner, path, "changed-my-mind")
    assert owner.delete(f"{path}/invitations/changed-my-mind").status_code == 204
    assert owner.delete(f"{path}/invitations/changed-my-mind").status_code == 404
    with edge.client() as browser:
        withdrawn = browser.post(CODE, json={"code": issued["code"]})
        unknown = browser.post(CODE, json={"code": "x" * len(issued["code"])})
        assert withdrawn.status_code == unknown.status_code == 404
        assert withdrawn.content == unknown.content


def test_administrators_invite_no_owners(path, owner, admin_key):
    body = {"login": "o", "role": "owner"}
    refused = admin_key.post(f"{path}/invitations", json=body)
    assert (refused.status_code, "owner" in refused.json()["message"]) == (403, True)
    invite(owner, path, "o", "owner")
    assert admin_key.delete(f"{path}/invitations/o").status_code == 403
    assert owner.delete(f"{path}/invitations/o").status_code == 204


def test_keys_are_invited_nowhere(edge, admin_key):
    for answer in (
        admin_key.get(MINE),
        admin_key.post(MINE, json={"tenant": "acme"}),
        admin_key.delete(f"{MINE}/acme"),
    ):
        assert answer.status_code == 403, answer.text
        assert "sign in" in answer.json()["message"]
    with edge.client() as nobody:
        assert nobody.get(MINE).status_code == 401
