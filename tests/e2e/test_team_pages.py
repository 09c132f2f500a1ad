"""People, keys and groups: a secret is shown once, nothing moves before its preview."""

import base64
import re
import subprocess
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.tour import PATIENCE_MS, sign_in, visiting
from tests.service import ServiceUnderTest, environment


def test_a_key_s_secret_is_shown_once_and_logs_in(owner: Page, demo: dict[str, Any]) -> None:
    owner.goto("/keys#create")
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Service account", exact=True).fill("made-in-the-console")
    dialog.get_by_role("button", name="Issue key").click()
    expect(dialog).to_contain_text("the only time", timeout=PATIENCE_MS)
    dialog.get_by_role("tab", name="curl").click()
    shown = dialog.get_by_role("region", name="curl example").inner_text()
    found = re.search(r"-u (\S+):(\S+)", shown)
    assert found is not None
    key, secret = found.groups()
    cluster = demo["demo"]["cluster_id"]
    answer = owner.request.get(
        f"{demo['http_url']}/kafka/v3/clusters/{cluster}/topics",
        headers=_basic(key, secret),
    )
    assert answer.status == 200
    dialog.get_by_role("button", name="I have copied it").click()
    expect(owner.get_by_role("table", name="API keys")).to_contain_text(key)
    assert secret not in owner.content()


def test_a_key_that_only_reads_is_issued_and_rotated(owner: Page, demo: dict[str, Any]) -> None:
    owner.goto("/keys#create")
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Service account", exact=True).fill("looks-only")
    dialog.get_by_label("Description").fill("the wall's screen")
    dialog.get_by_role("switch", name="It only reads").check()
    dialog.get_by_role("button", name="Issue key").click()
    dialog.get_by_role("button", name="I have copied it").click(timeout=PATIENCE_MS)
    table = owner.get_by_role("table", name="API keys")
    row = table.get_by_role("row").filter(has_text="looks-only")
    expect(row).to_contain_text("the wall's screen · only reads")
    expect(row).to_contain_text("never")
    row.get_by_label(re.compile("Rotate key")).click()
    dialog.get_by_role("button", name="Rotate").click()
    dialog.get_by_role("button", name="I have copied it").click(timeout=PATIENCE_MS)
    expect(row).to_have_count(2)
    # The old one ends in a day; the new one is kept to the same.
    expect(row.filter(has_text="in 24 h")).to_have_count(1)
    expect(row.filter(has_text="only reads")).to_have_count(2)


def test_a_reset_is_seen_before_it_is_done(owner: Page, demo: dict[str, Any]) -> None:
    group = _Group(owner, demo, "to-be-reset")
    group.commit_at_the_end("flights")
    owner.goto("/groups/to-be-reset")
    owner.get_by_role("button", name="Reset offsets").click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog).to_contain_text("Nothing has happened yet", timeout=PATIENCE_MS)
    assert all(offset > 0 for offset in group.positions())
    dialog.get_by_role("button", name="Reset 6 partitions").click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    assert group.positions() == [0] * 6


def test_what_another_does_shows_by_itself(owner: Page, cell: ServiceUnderTest) -> None:
    owner.goto("/topics")
    expect(owner.get_by_text("flights").first).to_be_visible(timeout=PATIENCE_MS)
    create = cell.command("topics", "--create", "--topic", "made-elsewhere", "--tenant", "demo")
    # Looked for meanwhile: it goes after four seconds, and the command may take as long to end.
    with subprocess.Popen(create, env=environment(), stdout=subprocess.DEVNULL) as made:
        expect(owner.get_by_role("alert").filter(has_text="made-elsewhere")).to_be_visible()
    assert made.returncode == 0
    expect(owner.get_by_role("table").get_by_text("made-elsewhere")).to_be_visible()


def test_a_viewer_is_offered_nothing_and_told_why(
    browser: Browser, demo: dict[str, Any], cell: ServiceUnderTest
) -> None:
    login, password = "looks-on@example.com", "a password for looking on"
    made = cell.run(
        "users", "--create", "--login", login, "--role", "viewer", "--password-stdin",
        "--tenant", "demo", input=f"{password}\n",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with visiting(browser, demo["http_url"], "light") as page:
        sign_in(page, {"login": login, "password": password})
        page.goto("/members")
        add = page.get_by_role("button", name="Invite")
        expect(add).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        add.hover()
        expect(page.get_by_role("tooltip")).to_contain_text("you are a viewer of demo")
        page.goto("/audit")
        expect(page.get_by_text("The audit log is not shown to you")).to_be_visible()
        page.goto("/brokers")
        expect(page.get_by_role("table", name="Brokers")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Actions for broker"))).to_have_count(0)


def test_a_person_of_two_tenants_goes_from_one_to_the_other(
    browser: Browser, owner: Page, demo: dict[str, Any], cell: ServiceUnderTest
) -> None:
    login, password = "in-two@example.com", "a password for both of them"
    for command in (
        ("users", "--create", "--login", login, "--role", "viewer", "--password-stdin",
         "--tenant", "demo"),
        ("tenants", "--create", "--tenant", "second-one"),
    ):  # fmt: skip
        made = cell.run(*command, input=f"{password}\n")
        assert made.returncode == 0, made.stderr
    added = cell.run("users", "--create", "--login", login, "--role", "owner",
                     "--tenant", "second-one")  # fmt: skip
    assert added.returncode == 0, added.stderr
    with visiting(browser, demo["http_url"], "dark") as page:
        sign_in(page, {"login": login, "password": password})
        page.goto("/topics?tenant=demo")
        expect(page.get_by_role("table", name="Topics")).to_contain_text(
            "flights", timeout=PATIENCE_MS
        )
        page.get_by_role("combobox", name="Tenant").click()
        page.get_by_role("option", name="second-one").click()
        expect(page).to_have_url(re.compile("tenant=second-one"))
        expect(page.get_by_text("First steps")).to_be_visible(timeout=PATIENCE_MS)
        # Whoever looks on there owns this one.
        page.get_by_role("link", name="Topics", exact=True).click()
        expect(page.get_by_text("No topics yet")).to_be_visible(timeout=PATIENCE_MS)
        create = page.get_by_role("button", name="Create topic").first
        expect(create).not_to_have_attribute("aria-disabled", "true")
        expect(page).to_have_url(re.compile("tenant=second-one"))


def test_who_has_a_login_finds_the_invitation_and_joins(
    browser: Browser, owner: Page, demo: dict[str, Any], cell: ServiceUnderTest
) -> None:
    login, password = "invited@example.com", "a password of before"
    for command in (
        ("tenants", "--create", "--tenant", "where-from"),
        ("users", "--create", "--login", login, "--password-stdin", "--tenant", "where-from"),
    ):
        made = cell.run(*command, input=f"{password}\n")
        assert made.returncode == 0, made.stderr
    link = _invite(owner, login)
    with visiting(browser, demo["http_url"], "dark") as page:
        sign_in(page, {"login": login, "password": password})
        invitation = page.get_by_role("status").filter(has_text="invited into demo")
        expect(invitation).to_contain_text("As developer", timeout=PATIENCE_MS)
        invitation.get_by_role("button", name="Join demo").click()
        expect(page).to_have_url(re.compile("tenant=demo"), timeout=PATIENCE_MS)
        expect(invitation).to_have_count(0)
        page.goto(link)
        expect(page.get_by_role("alert")).to_contain_text("invites nobody", timeout=PATIENCE_MS)
    expect(owner.get_by_role("table", name="Members")).to_contain_text(login, timeout=PATIENCE_MS)
    expect(owner.get_by_role("table", name="Invitations").get_by_text(login)).to_have_count(0)


def test_who_has_none_joins_by_the_link(
    browser: Browser, owner: Page, demo: dict[str, Any]
) -> None:
    link = _invite(owner, "zoe@example.com")
    with visiting(browser, demo["http_url"], "light") as page:
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("Join demo", timeout=PATIENCE_MS)
        expect(page.get_by_text("You will sign in as zoe@demo.")).to_be_visible()
        page.get_by_label("Password", exact=True).fill("a passphrase of one's own")
        page.get_by_label("Password once more").fill("a passphrase of one's own")
        page.get_by_role("button", name="Join demo").click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("Overview", timeout=PATIENCE_MS)
        assert link.partition("#")[2] not in page.url
    expect(owner.get_by_role("table", name="Members")).to_contain_text(
        "zoe@demo", timeout=PATIENCE_MS
    )


def test_an_invitation_is_withdrawn(browser: Browser, owner: Page, demo: dict[str, Any]) -> None:
    login = "changed-my-mind"
    link = _invite(owner, login)
    owner.get_by_label(f"Withdraw the invitation of {login}").click()
    expect(owner.get_by_text("Invitation withdrawn")).to_be_visible(timeout=PATIENCE_MS)
    expect(owner.get_by_role("table", name="Invitations").get_by_text(login)).to_have_count(0)
    with visiting(browser, demo["http_url"], "light") as page:
        page.goto(link)
        expect(page.get_by_role("alert")).to_contain_text("invites nobody", timeout=PATIENCE_MS)


def _invite(owner: Page, login: str) -> str:
    """Invites somebody as a developer; the link."""
    owner.goto("/members#create")
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Login").fill(login, timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Invite").click()
    expect(dialog).to_contain_text("the only time", timeout=PATIENCE_MS)
    link = dialog.get_by_text(re.compile("/invitation#")).inner_text()
    dialog.get_by_role("button", name="I have copied it").click()
    expect(owner.get_by_role("table", name="Invitations")).to_contain_text(login)
    return link


def test_a_person_changes_their_own_password(
    browser: Browser, demo: dict[str, Any], cell: ServiceUnderTest
) -> None:
    login, old, new = "moves-on@example.com", "a password for now", "a better one for later"
    made = cell.run(
        "users", "--create", "--login", login, "--role", "viewer", "--password-stdin",
        "--tenant", "demo", input=f"{old}\n",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with visiting(browser, demo["http_url"], "light") as page:
        sign_in(page, {"login": login, "password": old})
        page.get_by_label("Your account").click()
        page.get_by_role("menuitem", name="Change password").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Present password").fill("not it")
        dialog.get_by_label("New password", exact=True).fill(new)
        dialog.get_by_label("New password again").fill(new)
        dialog.get_by_role("button", name="Change password").click()
        expect(dialog.get_by_role("alert")).to_be_visible(timeout=PATIENCE_MS)
        dialog.get_by_label("Present password").fill(old)
        dialog.get_by_role("button", name="Change password").click()
        expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
        # This session goes on, and the new password opens the next.
        page.goto("/topics")
        expect(page.get_by_role("heading", level=1)).to_have_text("Topics", timeout=PATIENCE_MS)
    with visiting(browser, demo["http_url"], "light") as page:
        sign_in(page, {"login": login, "password": new})


def _basic(key: str, secret: str) -> dict[str, str]:
    """The browser's own cookie must not speak for the key."""
    token = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {token}", "Cookie": ""}


class _Group:
    """A consumer group without members, moved and looked at over REST."""

    def __init__(self, page: Page, demo: dict[str, Any], name: str) -> None:
        cluster = demo["demo"]["cluster_id"]
        self.url = f"{demo['http_url']}/kafka/v3/clusters/{cluster}/consumer-groups/{name}"
        self.headers = _basic(demo["demo"]["api_key"], demo["demo"]["api_secret"])
        self.request = page.request

    def commit_at_the_end(self, topic: str) -> None:
        body = {"topics": [{"topic_name": topic}], "to": "latest", "validate_only": False}
        answer = self.request.post(f"{self.url}/offsets:reset", headers=self.headers, data=body)
        assert answer.status == 200, answer.text()

    def positions(self) -> list[int]:
        """What it has committed, by partition."""
        answer = self.request.get(f"{self.url}/lags", headers=self.headers)
        return [each["current_offset"] for each in answer.json()["data"]]


def test_acls_are_added_by_preset_and_deleted_with_a_preview(owner: Page) -> None:
    owner.goto("/service-accounts#create")
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Name").fill("writes-orders")
    dialog.get_by_role("radio", name="Nothing yet").check()
    dialog.get_by_role("button", name="Create").click()
    expect(owner.get_by_role("table", name="Service accounts")).to_contain_text("writes-orders")
    owner.goto("/acls#create")
    dialog.get_by_label("Principal").first.fill("User:writes-orders")
    dialog.get_by_role("combobox", name="Topic").or_(
        dialog.get_by_role("textbox", name="Topic")
    ).first.fill("orders")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog).to_contain_text("would be added", timeout=PATIENCE_MS)
    expect(dialog).to_contain_text("User:writes-orders may write topic orders")
    dialog.get_by_role("button", name=re.compile(r"Add \d+ ACL")).click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    owner.goto("/acls?principal=User%3Awrites-orders")
    table = owner.get_by_role("table", name="ACLs")
    expect(table).to_contain_text("topic orders", timeout=PATIENCE_MS)
    owner.get_by_role("button", name=re.compile("Delete these")).click()
    expect(dialog).to_contain_text("User:writes-orders may write topic orders")
    dialog.get_by_role("button", name=re.compile(r"Delete \d+ ACLs")).click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    expect(owner.get_by_text("topic orders")).to_have_count(0)
