"""`explain` through the command line, against the embedded tenant."""

from __future__ import annotations

import sys

import pytest
from acceptance.desk import Desk

from reconciler.sandbox.tenant import opened_store

pytestmark = pytest.mark.sockets

BULK = "conversations.bulk_close"


def somebody(desk: Desk, *roles: str) -> str:
    """Give the id of an active person with exactly these roles."""
    assert desk.run("matrix").code == 0  # opens the tenant, which fills it
    with opened_store(desk.folder / ".reconciler") as store:
        wanted = {store.roles.named(name).id for name in roles}
        page = store.users.page(after=0, limit=1_000)
    return next(user.id for user in page.entries if user.active and set(user.role_ids) == wanted)


def test_quality_reviewer_is_explained_line_by_line(desk: Desk) -> None:
    """The ten permissions of the worked example, each with the line of the file that says so."""
    told = desk.run("explain", "Quality Reviewer", "--format", "json").data

    lines = {
        found["permission"]["key"]: (found["origin"]["path"], found["origin"]["line"])
        for category in told["categories"]
        for found in category["permissions"]
    }
    text = (desk.folder / "roles" / "quality-reviewer.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 10
    for permission, (path, line) in lines.items():
        category, _, short = permission.partition(".")
        assert path == "roles/quality-reviewer.yaml"
        assert category in text[line - 1] or short in text[line - 1]
    assert (told["standing"], told["holders"]) == ("not live yet", {"people": 0, "exact": True})


def test_duplicated_role_names_the_file_of_its_base(desk: Desk) -> None:
    """What comes from Agent has Agent's file, and the chain says how."""
    told = desk.run("explain", "agent-no-bulk-actions", "--format", "json").data

    assert told["chain"] == ["agent-no-bulk-actions", "agent"]
    found = [p for category in told["categories"] for p in category["permissions"]]
    assert {"agent"} == {p["source"] for p in found}
    assert {"roles/standard/agent.yaml"} == {p["origin"]["path"] for p in found}


def test_person_and_permission_agree_with_the_plan(desk: Desk) -> None:
    """42 lose bulk close: the plan, the permission and each kind of person say the same."""
    plan = desk.plan()
    permission = desk.run("explain", "bulk_close", "--what-if", "--format", "json").data

    assert plan["summary"]["people_losing"] == permission["what_if"]["losing"]["people"] == 42
    loses = desk.run("explain", somebody(desk, "Agent"), "--what-if").out.splitlines()
    keeps = desk.run("explain", somebody(desk, "Agent", "Night Shift"), "--what-if").out.splitlines()
    assert loses[0].endswith("loses 1 permission and gains nothing once the files are applied")
    assert loses[1].startswith(f"  - {BULK}")
    assert keeps[1] == f"  = {BULK}  Agent takes it, kept through Night Shift (no file)"


def test_person_is_told_by_id_however_they_were_found(desk: Desk) -> None:
    """Name and address stay out of text and data; asking for them without a terminal is refused."""
    ran = desk.run("explain", "Ada.Sampleton@desk.example")
    data = desk.run("explain", "ada.sampleton@desk.example", "--format", "json")

    assert ran.out.startswith("usr_")
    assert data.data["subject"] == "person"
    assert not any("ampleton" in printed for printed in (ran.out, ran.err, data.out, data.err))
    assert desk.run("explain", "ada.sampleton@desk.example", "--names").code == 64
    nobody = desk.run("explain", "eve@desk.example")
    assert (nobody.code, "eve" in nobody.err) == (64, False)


def test_person_is_named_on_a_terminal_when_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the name is shown in text, and in no document."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    assert "Ada Sampleton <ada.sampleton@desk.example>" in desk.run("explain", somebody(desk, "Owner"), "--names").out
    assert desk.run("explain", somebody(desk, "Owner"), "--names", "--format", "json").code == 64


def test_search_by_address_says_what_it_costs(desk: Desk) -> None:
    """With -v the listing of everyone is announced."""
    assert "Looking through everyone for the address" in desk.run("-v", "explain", "ada.sampleton@desk.example").err


def test_offline_needs_neither_tenant_nor_key(desk: Desk) -> None:
    """Files are explained where the key is missing; people are not in them."""
    desk.replace(
        "reconciler.yaml",
        "sandbox: {kind: sandbox}",
        "sandbox: {kind: support, url: 'https://desk.example/api/v1', key: 'env:DESK_KEY'}",
    )

    assert desk.run("explain", "agent", "--offline").out.startswith("Agent: 19 permissions, as its file says")
    assert desk.run("explain", "bulk_close", "--offline").code == 0
    assert desk.run("explain", "agent").code == 64
    assert desk.run("explain", "agent", "--offline", "--what-if").code == 64
    assert desk.run("explain", "x", "--as", "person", "--offline").code == 64


@pytest.mark.parametrize("word", ["usr_288c0f9b1c7d", "ada.sampleton@desk.example"])
def test_offline_nothing_is_said_of_people(desk: Desk, word: str) -> None:
    """An id or an address cannot be looked up without the tenant, and that is what is said."""
    ran = desk.run("explain", word, "--offline")

    assert (ran.code, ran.out) == (64, "")
    assert "and people are in the tenant" in ran.err
    assert "fix: Leave --offline out" in ran.err
    assert "ada" not in ran.err
    assert desk.run("explain", "bulk_close", "--offline", "--format", "json").data["services"] is None


def test_words_that_mean_nothing_get_the_nearest_one(desk: Desk) -> None:
    """A slip of the pen exits 64 with what was meant, also as data."""
    ran = desk.run("explain", "quality-reviwer")

    assert (ran.code, ran.out) == (64, "")
    assert 'Write "quality-reviewer"' in ran.err
    assert desk.run("explain", "quality-reviwer", "--format", "json").data["error"]["exit"] == 64
    assert "6 permissions" in desk.run("explain", "view").err


def test_nothing_is_written_by_explaining(desk: Desk) -> None:
    """The tenant sees no write."""
    for word in ("agent", "bulk_close", somebody(desk, "Agent")):
        assert desk.run("explain", word, "--what-if").code == 0

    assert desk.writes() == ()


def test_explaining_asks_no_more_than_it_must(desk: Desk) -> None:
    """A person costs no listing, a role its own holders, a permission those of exactly the roles that give it."""
    person = somebody(desk, "Agent", "Night Shift")

    assert stages(desk, person) == []
    assert stages(desk, "reader") == ["Reading who holds the role (1)"]
    assert stages(desk, "quality-reviewer") == ["Reading who holds the role (0)"]
    assert stages(desk, "bulk_close") == ["Reading who holds the roles that give it (4)"]


def stages(desk: Desk, word: str) -> list[str]:
    """Give the stages of reading holders that -v names."""
    lines = desk.run("-v", "explain", word).err.splitlines()
    return [line for line in lines if line.startswith("Reading who")]
