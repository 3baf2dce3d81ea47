"""The plan in every format that the command line offers."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk
from builders import ADMIN, REPLY, VIEW, a_catalogue, a_live_role, a_request, a_role, a_tenant, planned

from reconciler.render.markdown import COMMENT, MARKER, plan_markdown
from reconciler.render.view import PlanView, view
from reconciler.render.vocabulary import vocabulary

MANY = 5_000


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("kind", "first", "holds"),
    [
        ("markdown", MARKER, "**42 people lose something**"),
        ("github", "::warning file=roles/standard/agent.yaml,line=2", "narrowing-agent-"),
        ("checklist", "# Checklist for `sandbox`", "- [ ] Click **Save**"),
        ("html", "<!DOCTYPE html>", "Content-Security-Policy"),
    ],
)
def test_plan_is_given_in_every_format(desk: Desk, kind: str, first: str, holds: str) -> None:
    """Each format begins as its sink needs it, tells the people, and can go to a file."""
    ran = desk.run("plan", "--format", kind)
    assert desk.run("plan", "--format", kind, "--out", "plan.out").code == 0

    assert ran.code == 0
    assert ran.out.lower().startswith(first.lower())
    assert holds in ran.out
    assert (desk.folder / "plan.out").read_text(encoding="utf-8") == ran.out


@pytest.mark.sockets
def test_problems_are_annotations_on_the_lines_of_the_files(desk: Desk) -> None:
    """Validate --format github marks the very line, and exits as always."""
    desk.replace("roles/quality-reviewer.yaml", "conversations: view", "conversations: veiw")

    ran = desk.run("validate", "--format", "github")

    assert ran.code == 3
    assert ran.out.startswith("::error file=roles/quality-reviewer.yaml,line=5,col=18,")
    assert "::error" not in desk.run("validate", "roles/beta-tester.yaml", "--format", "github").out


def a_flood() -> PlanView:
    """Give a plan of very many harmless creations and one grant of role administration in the last file."""
    lock = a_catalogue(VIEW, REPLY, ADMIN)
    files = [a_role(f"role-{n:04}", grants=(VIEW, REPLY)) for n in range(MANY)]
    tenant = a_tenant(a_live_role("Zz", grants=(VIEW,)), catalogue=lock)
    made = planned(a_request(*files, a_role("zz", grants=(VIEW, ADMIN)), catalogue=lock), tenant)
    return view(made.plan, vocabulary=vocabulary(made.facts))


def test_comment_of_a_flood_has_the_grant_that_matters_near_its_top() -> None:
    """The one sensitive grant is not buried under five thousand others, and the comment stays within its limit."""
    text = plan_markdown(a_flood())

    assert len(text.encode()) <= COMMENT
    assert ADMIN in text[:4_000]
