"""A plan as Markdown: what comes first, what may be left out, and what is refused instead."""

from __future__ import annotations

import dataclasses
import functools

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_catalogue,
    a_live_role,
    a_request,
    a_role,
    a_tenant,
    planned,
    some_people,
)
from fakes.reading import parsed

from reconciler.model.finding import GuardSettings, SensitiveGrant
from reconciler.operations.plan import Planned
from reconciler.render.budget import Item, Section, fit, size, within
from reconciler.render.escape_markdown import code, fenced, prose
from reconciler.render.markdown import COMMENT, SUMMARY, UNTRUSTED, marker
from reconciler.render.plan_html import plan_html
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import plan_text
from reconciler.render.styled import to_text
from reconciler.render.view import PlanView, full_view, view

MANY = 5_000
FIRST_SCREEN = 24
"""Lines that a reader sees without moving."""


def told(found: Planned) -> PlanView:
    """Give a plan in reading order with its vocabulary."""
    return full_view(found.plan, found.facts)


@functools.cache
def crowd(*, live: bool, settings: GuardSettings, revokes: bool = False) -> PlanView:
    """Give as many harmless changes, and one grant of role administration in the last file."""
    before = (VIEW, REPLY) if revokes else (VIEW,)
    names = [f"r{n:04}" for n in range(MANY)]
    files = [a_role(name, grants=(VIEW,) if revokes else (VIEW, TAG)) for name in names]
    roles = [a_live_role(name.title(), grants=before) for name in names] if live else []
    last = a_role("zz", grants=(VIEW, ADMIN))
    tenant = a_tenant(*roles, a_live_role("Zz", grants=(VIEW,)), people=some_people(3, "Zz"))
    return told(planned(a_request(*files, last, settings=settings), tenant))


@pytest.mark.parametrize("live", [True, False], ids=["updated", "created"])
@pytest.mark.parametrize("asks", list(SensitiveGrant), ids=str)
def test_one_administrator_grant_among_thousands_is_on_the_first_screen(*, live: bool, asks: SensitiveGrant) -> None:
    """In text, Markdown and HTML the grant comes before the thousands, whether or not a guard asks about it."""
    shown = crowd(live=live, settings=dataclasses.replace(GuardSettings(), sensitive_grant=asks, min_administrators=1))

    for output in (to_text(plan_text(shown), colour=False), plan_markdown(shown), plan_html(shown)):
        assert ADMIN in "\n".join(output.splitlines()[: FIRST_SCREEN + output.count("{ ")])
    assert size(plan_markdown(shown)) <= COMMENT


def test_markdown_begins_with_its_marker_and_a_warning_about_names() -> None:
    """A later run finds its own comment, and readers are told what is data."""
    first, second, *_ = plan_markdown(crowd(live=False, settings=ANYTHING_GOES)).splitlines()

    assert (first, second) == (marker("plan"), UNTRUSTED)


def test_markdown_leaves_out_only_new_roles_and_counts_them() -> None:
    """What thousands of new roles get may go, with its number; the sensitive grant stays."""
    shown = crowd(live=False, settings=ANYTHING_GOES)
    output = plan_markdown(shown)

    assert COMMENT - 200 < size(output) <= COMMENT
    kept = sum(each.startswith("| create ") for each in output.splitlines())
    assert f"\n{MANY - kept:,} more, see the artefact.\n" in output
    assert f"+ zz  {ADMIN}  sensitive, 3 of 3 gain it\n" in output
    assert "update `Zz`" in output


@pytest.mark.parametrize("revokes", [True, False])
def test_markdown_refuses_where_what_reaches_people_does_not_fit(*, revokes: bool) -> None:
    """Revocations and grants of live roles are never cut: counts come instead, and nothing to copy and apply."""
    output = plan_markdown(crowd(live=True, settings=ANYTHING_GOES, revokes=revokes))

    assert "too large to be shown here" in output
    assert f"- {MANY if revokes else 0:,} revocations and 1 sensitive grants" in output
    assert "reconciler apply" not in output
    assert f"+ zz  {ADMIN}" in output


def test_markdown_refusal_leaves_sensitive_grants_to_the_artefact_where_not_even_they_fit() -> None:
    """The counts remain."""
    shown = crowd(live=True, settings=ANYTHING_GOES)

    output = plan_markdown(shown, 700)

    assert "too large" in output
    assert f"+ zz  {ADMIN}" not in output
    assert "1 sensitive grants" in output


def test_markdown_without_a_vocabulary_calls_nothing_harmless() -> None:
    """Where it is not known what is sensitive, nothing may be left out."""
    found = planned(a_request(a_role("new", grants=(VIEW, TAG))), a_tenant())

    assert view(found.plan).harmless(view(found.plan).changes[0]) is False
    assert told(found).harmless(told(found).changes[0]) is True
    assert "too large" in plan_markdown(view(found.plan), 500)


def test_markdown_counts_a_permission_that_no_side_knows_as_sensitive() -> None:
    """What a file grants beyond the tenant's own list is shown with the sensitive grants."""
    lock = a_catalogue(ADMIN, VIEW, REPLY, UNKNOWN)
    found = planned(a_request(a_role("new", grants=(UNKNOWN,)), catalogue=lock), a_tenant())

    assert f"### Sensitive grants\n\n```diff\n+ new  {UNKNOWN}  sensitive\n" in plan_markdown(told(found))


def test_markdown_says_that_the_live_state_is_incomplete() -> None:
    """A plan from half of the roles says so before anything else."""
    found = planned(a_request(a_role("new")), a_tenant())
    shown = told(found)
    partly = dataclasses.replace(shown, plan=dataclasses.replace(shown.plan, complete=False))

    for output in (plan_markdown(partly), plan_html(partly)):
        assert "The live state could not be read completely." in output


def test_fit_fills_earlier_sections_first_and_counts_the_rest() -> None:
    """Fixed items stay wherever they stand; of the others the first are kept."""
    loose = tuple(Item(text=f"{n}{'.' * 50}\n", fixed=n == 4) for n in range(5))
    sections = (Section(items=loose, opening="[\n", closing="]\n"), Section(items=loose, before="<", after=">"))

    assert fit(sections, 1_000) == "".join(section.shown(5) for section in sections)
    cut = fit(sections, 280)
    assert cut is not None
    assert [each[0] for each in cut.splitlines() if "..." in each] == ["0", "1", "4", "<"]
    assert cut.count("2 more, see the artefact.\n") == 1
    assert cut.endswith("\n\n4 more, see the artefact.\n>")
    assert size(cut) <= 280
    assert fit(sections, 100) is None
    assert fit((Section(items=()),), 0) == ""
    assert Section(items=(Item(text="x", fixed=False),), opening="[").shown(0) == "\n1 more, see the artefact.\n"


def test_within_keeps_a_summary_under_its_limit() -> None:
    """A mebibyte is kept to the byte, an open fence is closed, and a short text is left alone."""
    long = "```\n" + "é" * 50 + "\n" + "line\n" * 300_000

    assert within("short", SUMMARY) == "short"
    cut = within(long, SUMMARY)
    assert SUMMARY - 100 < size(cut) <= SUMMARY
    assert parsed(f"{cut}\n# After").found == ["pre", "code", "p", "h1"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('"Agent" takes tickets.close from 42 people.', "`Agent` takes `tickets.close` from 42 people."),
        ("1,234 of 20% (the limit), the key's own:", "1,234 of 20% (the limit), the key's own:"),
        ("see @team, #12; deadbeef", "see `@team`, `#12`; `deadbeef`"),
        ('"a""b"@c', "`a` `b` `@c`"),
        ("  two   spaces ", " two spaces "),
        ("1234567 GH-1", "`1234567` `GH-1`"),
        (": ;", ": ;"),
        ("", ""),
    ],
)
def test_prose_keeps_plain_words_and_puts_the_rest_in_code(text: str, shown: str) -> None:
    """Sentences of ours stay readable; whatever could be more than a word is code."""
    assert shown == prose(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Agent", "`Agent`"),
        ("a`b|c<d$e", "`a\\u{60}b\\u{7c}c\\u{3c}d\\u{24}e`"),
        (" x ", "`\\u{20}x\\u{20}`"),
        ("", "(empty)"),
        ("x" * 201, f"`{'x' * 200}… (1 more)`"),
    ],
)
def test_code_spells_what_could_end_it(text: str, shown: str) -> None:
    """Backticks, bars, tags, formulas and outer spaces are spelled out."""
    assert shown == code(text)


def test_fence_is_longer_than_any_in_its_lines() -> None:
    """Backticks in a line cannot close it."""
    assert list(fenced(["a```` b", "c\nd"], "sh")) == ["`````sh", "a```` b", "c\\u{a}d", "`````"]
