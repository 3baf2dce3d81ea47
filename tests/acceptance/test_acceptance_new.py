"""A role file to start from, through the command line."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk

from reconciler.desired.lint.run import RULES, rule_of

pytestmark = pytest.mark.sockets


def test_new_role_passes_validate_unedited_and_can_be_planned(desk: Desk) -> None:
    """From scratch: one file, its path and the next command, and nothing to mend before the first plan."""
    ran = desk.run("new", "Night Reviewer", "--owner", "Quality")

    assert ran.code == 0
    assert ran.out == (
        "Made roles/night-reviewer.yaml: Night Reviewer, no permission yet\n"
        "Next:  write its description and permissions, then: reconciler validate\n"
    )
    assert desk.run("validate", "--format", "json").data == {"problems": []}
    (change,) = (c for c in desk.plan()["changes"] if c["role"] == "night-reviewer")
    assert (change["action"], change["grants"], change["owner"]) == ("create", [], "Quality")


def test_what_new_writes_passes_whatever_the_settings_make_an_error(desk: Desk) -> None:
    """With every lint rule an error, drafts beside drafts pass `validate`, and what would not is not written."""
    rules = [rule_of(code) for code in RULES]
    desk.write(
        "reconciler.yaml", "tenants:\n  sandbox: {kind: sandbox}\nlint:\n" + "".join(f"  {r}: error\n" for r in rules)
    )
    assert desk.run("validate").code == 0
    for arguments, code in (
        (["Night Desk"], 0),
        (["Late Desk"], 0),
        (["Desk Manager"], 0),
        (["Agent - Mornings", "--based-on", "agent"], 0),
        (["Agent - Evenings", "--based-on", "agent"], 0),
        (["Owner - Deputies", "--based-on", "owner"], 3),
        (["Owner - Deputies", "--based-on", "owner", "--owner", "Desk Leads"], 0),
        (["Agents"], 3),
        (["Pure Viewer", "--based-on", "agent"], 3),
    ):
        before = sorted((desk.folder / "roles").rglob("*"))
        assert (arguments, desk.run("new", *arguments).code) == (arguments, code)
        assert (sorted((desk.folder / "roles").rglob("*")) == before) == (code == 3)
        assert desk.run("validate").code == 0


def test_new_role_from_a_base_is_the_base_with_something_unticked(desk: Desk) -> None:
    """Duplicate a standard role: the copy has what the original has but for one or two, the original is unchanged."""
    before = (desk.folder / "roles/standard/agent.yaml").read_bytes()

    ran = desk.run("new", "Agent - Mornings", "--based-on", "agent", "--format", "json")

    assert ran.code == 0
    assert (ran.data["file"], ran.data["based_on"]) == ("roles/agent-mornings.yaml", "agent")
    assert desk.run("validate").code == 0
    assert (desk.folder / "roles/standard/agent.yaml").read_bytes() == before
    assert "conversations.reply" in ran.data["permissions"]
    assert "conversations.bulk_tag" not in ran.data["permissions"]


def test_new_role_needs_no_tenant(desk: Desk) -> None:
    """No tenant is opened and no key is asked for."""
    desk.replace(
        "reconciler.yaml",
        "sandbox: {kind: sandbox}",
        "sandbox: {kind: support, url: 'https://desk.example/api/v1', key: 'env:DESK_KEY'}",
    )

    assert desk.run("new", "Night Reviewer").code == 0
    assert not (desk.folder / ".reconciler").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["Test"], 3, "error[role.generic-name] roles/test.yaml: "),
        (["Custom"], 3, "Name it after the work, such as Quality Reviewer"),
        (["Qua1ity Reviewer"], 3, "error[role.confusable-name]"),
        (["Quality Reviewer"], 3, "error[role.duplicate-name]"),
        (["Night Reviewer", "--key", "agent"], 3, "The key `agent` is taken by roles/standard/agent.yaml"),
        (["Night Reviewer", "--key", "../agent"], 64, "error[usage]"),
        (["Night Reviewer", "--based-on", "agnet"], 64, "Write `agent`"),
        ([], 64, "error[usage]"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_new_role_that_cannot_be_is_refused_with_advice(desk: Desk, arguments: list[str], code: int, told: str) -> None:
    """A name that validate would refuse, a key that is taken and an unknown base make no file."""
    before = sorted(desk.folder.rglob("*"))

    ran = desk.run("new", *arguments)

    assert ran.code == code
    assert told in ran.err
    assert before == sorted(desk.folder.rglob("*"))


def test_new_role_is_never_written_over_another(desk: Desk) -> None:
    """The second time the key and the name are taken, and the file stays as it was edited."""
    desk.run("new", "Night Reviewer")
    desk.replace("roles/night-reviewer.yaml", "conversations: none", "conversations: view")
    edited = (desk.folder / "roles/night-reviewer.yaml").read_bytes()

    ran = desk.run("new", "Night Reviewer", "--format", "json")

    assert ran.code == 3
    assert [p["code"] for p in ran.data["error"]["problems"]] == ["role.duplicate-key", "role.duplicate-name"]
    assert (desk.folder / "roles/night-reviewer.yaml").read_bytes() == edited
