"""Laws about the plan document: round trip, one form, and a mutated document that is never an equal plan."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from builders import a_base, a_plan
from hypothesis import assume, given
from hypothesis import strategies as st
from properties.strategies import World, guard_settings, worlds

from reconciler.errors import PlanStale
from reconciler.model.change import FieldChange
from reconciler.model.finding import GuardSettings
from reconciler.model.plan import Plan
from reconciler.render.plan_json import decode, document, encode

foreign = st.text(max_size=12)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw the plan of a world, with foreign text where a tenant or an author may write anything."""
    world: World = draw(worlds())
    settings: GuardSettings = draw(guard_settings)
    request = dataclasses.replace(world.request(settings), commit=draw(st.none() | foreign))
    if draw(st.booleans()):
        request = dataclasses.replace(request, base=a_base(*world.files[:1], guards=settings))
    made = a_plan(request, world.tenant())
    return dataclasses.replace(
        made,
        unmanaged=tuple(draw(st.lists(foreign, max_size=2))),
        changes=tuple(
            dataclasses.replace(
                change,
                name=draw(foreign),
                owner=draw(st.none() | foreign),
                fields=(*change.fields, FieldChange(path="x", before=draw(foreign), after=draw(foreign))),
            )
            for change in made.changes
        ),
    )


@given(plans())
def test_document_comes_back_as_it_was(plan: Plan) -> None:
    """What is written can be read, and nothing is lost or added."""
    assert plan == decode(encode(plan))


@given(plans())
def test_document_is_ascii_and_one_form(plan: Plan) -> None:
    """No foreign text can move a terminal, and the same plan has the same bytes."""
    text = encode(plan)

    assert text.isascii()
    assert all(char.isprintable() or char == "\n" for char in text)
    assert text == encode(decode(text))


def decoded(text: str) -> Plan | None:
    """Read a document; None where it is refused."""
    try:
        return decode(text)
    except PlanStale:
        return None


def means_the_same(one: str, other: str) -> bool:
    """Say whether two texts differ in white space or in the case of hexadecimal digits of escapes only."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


@given(plans(), st.data())
def test_document_with_one_other_character_is_never_an_equal_plan(plan: Plan, data: st.DataObject) -> None:
    """A flipped character is refused or shows; white space between values means nothing."""
    text = encode(plan)
    at = data.draw(st.integers(0, len(text) - 1))
    mutated = text[:at] + data.draw(st.characters(max_codepoint=0x2FF)) + text[at + 1 :]
    assume(not means_the_same(text, mutated))

    assert plan != decoded(mutated)


@given(plans(), st.data())
def test_document_that_was_cut_short_is_refused(plan: Plan, data: st.DataObject) -> None:
    """A document without its end is no document."""
    lines = encode(plan).splitlines(keepends=True)
    kept = data.draw(st.integers(0, len(lines) - 1))

    assert decoded("".join(lines[:kept])) is None


def leaves(value: object, at: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Give the place of every value that holds no other."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*at, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*at, number))
    else:
        yield at


def another(value: object) -> object:
    """Give a value of the same kind that is another one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return "another" if value is None else f"{value}!"


@given(plans(), st.data())
def test_document_with_one_other_value_is_never_an_equal_plan(plan: Plan, data: st.DataObject) -> None:
    """Every value of the document counts: none can be replaced unseen."""
    told = json.loads(encode(plan))
    place = data.draw(st.sampled_from(list(leaves(told))))
    holder = told
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = another(holder[place[-1]])

    assert plan != decoded(json.dumps(told))


@given(plans())
def test_document_counts_agree_with_its_changes(plan: Plan) -> None:
    """The summary counts what is listed."""
    told = document(plan)
    actions = [change["action"] for change in told["changes"]]

    for action in ("create", "update", "rename", "retire"):
        assert told["summary"][action] == actions.count(action)
    for level in ("block", "confirm", "warn"):
        assert told["summary"][level] == [finding["level"] for finding in told["findings"]].count(level)
