"""Laws about the outputs of a plan: all say the same, and no name adds an element, a mention, a link or a command."""

from __future__ import annotations

import dataclasses
import html
import re

import pytest
from builders import planned
from fakes.reading import REFERENCES, Elements, commands, parsed
from hypothesis import example, given
from hypothesis import strategies as st
from properties.hostile import HOSTILE, IDS, MARKER, hostile
from properties.strategies import World, guard_settings, worlds

from reconciler.model.finding import GuardSettings
from reconciler.model.plan import Plan
from reconciler.operations.plan import Planned
from reconciler.render.annotations import plan_annotations
from reconciler.render.budget import size, within
from reconciler.render.checklist import plan_checklist
from reconciler.render.escape_markdown import code, fenced, prose
from reconciler.render.escape_workflow import command
from reconciler.render.plan_html import plan_html
from reconciler.render.plan_json import document
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import plan_text
from reconciler.render.styled import to_text
from reconciler.render.view import PlanView, full_view
from reconciler.render.vocabulary import vocabulary


def signed(found: Plan) -> set[tuple[str, str, str]]:
    """Give what the document of a plan says: role, permission and sign."""
    return {
        (change["role"], permission, sign)
        for change in document(found)["changes"]
        for sign, kind in (("+", "grants"), ("-", "revokes"))
        for permission in change[kind]
    }


def in_markdown(told: str) -> set[tuple[str, str, str]]:
    """Read the lines of the fenced diffs."""
    return {(m[2], m[3], m[1]) for m in re.finditer(r"^([+-]) (\S+)  (\S+)", told, re.MULTILINE)}


def in_html(told: str) -> set[tuple[str, str, str]]:
    """Read the rows that begin with a sign."""
    rows = re.findall(r'<td class="sign">(.)</td><td>(.*?)</td><td>(.*?)</td>', told)
    return {(html.unescape(role), html.unescape(permission), sign) for sign, role, permission in rows}


def in_checklist(told: str) -> set[tuple[str, str, str]]:
    """Read the boxes and, below a move, what people get and lose."""
    found = set()
    role = ""
    for each in told.splitlines():
        headed = re.match(r"`([^`]+)`, `", each)
        role = headed[1] if headed else role
        told_of = re.search(r"\*\*(on|off|get|lose)\*\* `.*?` \(`([^`]+)`", each)
        if told_of:
            found.add((role, told_of[2], "+" if told_of[1] in {"on", "get"} else "-"))
    return found


def in_text(told: str) -> set[tuple[str, str, str]]:
    """Read the permissions below each heading of a change; a created role has them by category."""
    found = set()
    role, creates = "", False
    for each in told.splitlines():
        headed = re.match(r"(create|update|rename|retire) .*  roles/(\w+)\.yaml:\d+$", each)
        if headed:
            role, creates = headed[2], headed[1] == "create"
        line = re.match(r"  ([+-]) (\S+)(?:  +(.*))?$", each)
        if line and creates:
            found |= {(role, f"{line[2]}.{short}", line[1]) for short in (line[3] or "").split(", ")}
        elif line:
            found.add((role, line[2], line[1]))
    return found


def told_of(found: Planned) -> PlanView:
    """Give a plan in reading order with its vocabulary."""
    return full_view(found.plan, found.facts, "main")


@given(worlds(), guard_settings)
def test_every_output_lists_the_same_permissions(world: World, settings: GuardSettings) -> None:
    """Role, permission and sign are one set in JSON, text, Markdown, HTML and, unless refused, the checklist."""
    found = planned(world.request(settings), world.tenant())
    shown = told_of(found)
    expected = signed(found.plan)

    assert expected == in_text(to_text(plan_text(shown), colour=False))
    assert expected == in_markdown(plan_markdown(shown))
    assert expected == in_html(plan_html(shown))
    boxes = in_checklist(plan_checklist(shown, vocabulary(found.facts)))
    assert boxes == (set() if found.plan.blocked else expected)


def named(shown: PlanView, name: str) -> PlanView:
    """Put a name wherever a tenant or an author may write anything."""
    changes = tuple(
        dataclasses.replace(
            each,
            change=dataclasses.replace(
                each.change,
                name=name,
                owner=name,
                fields=tuple(dataclasses.replace(f, before=name, after=name) for f in each.change.fields),
            ),
        )
        for each in shown.changes
    )
    plan = dataclasses.replace(
        shown.plan,
        changes=tuple(each.change for each in changes),
        unmanaged=tuple(name for _ in shown.plan.unmanaged),
        notes=(f'"{name}" is worth a note', f"so is {name}"),
    )
    return dataclasses.replace(
        shown,
        plan=plan,
        changes=changes,
        notices=tuple(
            dataclasses.replace(n, name=name, owner=name, becomes=None if n.becomes is None else name)
            for n in shown.notices
        ),
        reach=tuple(dataclasses.replace(r, most=None if r.most is None else name) for r in shown.reach),
        findings=tuple(dataclasses.replace(f, message=f'"{name}" takes a.b from {name}') for f in shown.findings),
    )


def benign_and(name: str, world: World, settings: GuardSettings) -> tuple[PlanView, PlanView, Planned]:
    """Give one plan with a harmless name and with another one."""
    found = planned(world.request(settings), world.tenant())
    shown = told_of(found)
    return named(shown, "Agent"), named(shown, name), found


@given(worlds(), guard_settings, hostile)
def test_markdown_of_any_name_has_the_same_elements_and_no_reference(
    world: World, settings: GuardSettings, name: str
) -> None:
    """A Markdown parser finds the blocks of a harmless name, and nothing outside of code that GitHub would link."""
    benign, strange, found = benign_and(name, world, settings)
    words = vocabulary(found.facts)

    for usual, other in (
        (plan_markdown(benign), plan_markdown(strange)),
        (plan_checklist(benign, words), plan_checklist(strange, words)),
    ):
        assert parsed(usual).blocks == parsed(other).blocks
        assert usual.count("\n") == other.count("\n")
        assert REFERENCES.search(parsed(other).bare) is None
        assert other.splitlines().count(MARKER) == usual.splitlines().count(MARKER)


@given(worlds(), guard_settings, hostile)
def test_html_of_any_name_has_the_same_elements(world: World, settings: GuardSettings, name: str) -> None:
    """A browser finds exactly the elements and attributes of a harmless name."""
    benign, strange, _ = benign_and(name, world, settings)

    assert Elements(plan_html(benign)).found == Elements(plan_html(strange)).found


@given(worlds(), guard_settings, hostile)
def test_no_name_is_a_command_to_a_runner(world: World, settings: GuardSettings, name: str) -> None:
    """Only annotations are commands, one for each finding of a harmless plan; every other output has none."""
    benign, strange, found = benign_and(name, world, settings)

    assert commands(plan_annotations(benign)) == commands(plan_annotations(strange))
    for told in (
        plan_markdown(strange),
        plan_checklist(strange, vocabulary(found.facts)),
        plan_html(strange),
        to_text(plan_text(strange), colour=False),
    ):
        assert [] == commands(told)


@pytest.mark.parametrize("name", HOSTILE, ids=IDS)
def test_code_is_one_piece_of_code_in_a_cell(name: str) -> None:
    """In a table and in a sentence, foreign text is one code element and nothing else."""
    table = f"| a | b |\n| --- | --- |\n| {code(name)} | x |\n"
    usual = parsed(f"| a | b |\n| --- | --- |\n| {'`x`' if name else 'x'} | x |\n")

    assert parsed(table).found == usual.found
    assert parsed(f"- {code(name)} x\n").found in (["ul", "li", "code"], ["ul", "li"])


@given(hostile)
@example("deadbeef")
@example("a`b")
@example('"a""b"')
def test_prose_has_no_element_but_code(text: str) -> None:
    """A sentence with any text in it is one paragraph of words and code."""
    found = parsed(f"- x {prose(text)}\n")

    assert {"ul", "li"} == set(found.blocks)
    assert REFERENCES.search(found.bare) is None


@given(st.lists(hostile, max_size=3))
def test_fence_holds_whatever_its_lines_are(lines: list[str]) -> None:
    """A fenced block ends where it should."""
    found = parsed("\n".join([*fenced(lines, "diff"), "", "# After"]))

    assert ["pre", "code class", "h1"] == found.found


@given(hostile, hostile)
def test_command_is_one_line_and_one_command(title: str, message: str) -> None:
    """A runner reads the command it was given, whatever its texts are."""
    told = command("error", {"file": title, "title": title}, f"{message}\n{message}")

    assert ["error"] == commands(told)
    assert "\n" not in told
    properties = told[2 : told.index("::", 2)]
    assert properties.count(",") == (1 if title else 0)


@given(st.lists(st.sampled_from(("text", "```diff", "```", "````", "é" * 9)), max_size=30), st.integers(120, 200))
def test_within_keeps_its_limit_and_says_what_is_missing(lines: list[str], limit: int) -> None:
    """Never more bytes, whole lines from the beginning, and an open fence is closed."""
    text = "".join(f"{each}\n" for each in lines)
    shown = within(text, limit)

    assert size(shown) <= limit
    if shown != text:
        *_, last = shown.splitlines()
        kept = next(
            n for n in range(len(lines), -1, -1) if shown.startswith("".join(f"{each}\n" for each in lines[:n]))
        )
        assert re.fullmatch(r"[0-9,]+ more lines, see the artefact\.", last)
        assert kept + int(last.split()[0]) >= len(lines)
        assert "h1" in parsed(f"{shown}\n# After\n").found
