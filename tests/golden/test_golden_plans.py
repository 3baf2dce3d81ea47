"""Golden plans: each folder holds a question and the plan that answers it, for machines and for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import planned
from golden.cases import CASES, request, tenant

from reconciler.operations.plan import Planned
from reconciler.render.plan_json import decode, encode
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import plan_text
from reconciler.render.styled import to_text
from reconciler.render.view import full_view

MANY = 12
"""Cases that there are at least; a folder that is not found would otherwise be a case that passes."""


def rendered(found: Planned, form: str) -> str:
    """Give a plan in the form of a stored file."""
    shown = full_view(found.plan, found.facts)
    forms = {
        "plan.json": lambda: encode(found.plan),
        "plan.txt": lambda: to_text(plan_text(shown), colour=False),
        "plan.md": lambda: plan_markdown(shown),
    }
    return forms[form]()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("form", ["plan.json", "plan.txt", "plan.md"])
def test_golden_plan_is_as_it_was_read_and_approved(case: Path, form: str, pytestconfig: pytest.Config) -> None:
    """The plan of a case is the stored one, byte for byte."""
    made = rendered(planned(request(case), tenant(case)), form)
    if pytestconfig.getoption("--update-golden"):
        (case / form).write_text(made, "utf-8", newline="\n")

    assert (case / form).read_bytes().decode("utf-8") == made


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_golden_document_can_be_read_back(case: Path) -> None:
    """A stored document is a plan of this format."""
    text = (case / "plan.json").read_text("utf-8")

    assert text == encode(decode(text))


def test_golden_cases_are_found_and_numbered() -> None:
    """Every folder is a case with a number of its own."""
    numbers = [case.name.partition("-")[0] for case in CASES]

    assert len(CASES) >= MANY
    assert numbers == [f"{n:03}" for n in range(1, len(CASES) + 1)]
    assert all(json.loads((case / "live.json").read_text("utf-8")) for case in CASES)
