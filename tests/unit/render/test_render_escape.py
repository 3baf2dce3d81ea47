"""The escapers by example: each promise that a careless change of one sign would break."""

from __future__ import annotations

import pytest

from reconciler.render.csv import cell
from reconciler.render.escape import cut, visible
from reconciler.render.escape_markdown import fenced, prose
from reconciler.render.escape_workflow import command, workflow_property


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("", 3, ""),
        ("abc", 3, "abc"),
        ("abcd", 3, "abc… (1 more)"),
        ("x" * 1_503, 3, "xxx… (1,500 more)"),
        ("a\x1b", 3, "a\x1b"),
    ],
)
def test_cut_says_how_much_is_missing(text: str, most: int, shown: str) -> None:
    """What fits stays, what does not is counted, and nothing is escaped here."""
    assert shown == cut(text, most)


@pytest.mark.parametrize("text", ["u{41}", "é u{41}", "C:\\ü", "\\", "é\\u"])
def test_visible_escapes_no_more_than_it_must(text: str) -> None:
    """Neither a backslash alone nor what would follow one is an escape, with other letters around or not."""
    assert text == visible(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('the name "" is', "the name (empty) is"),
        ("`` is no name", "(empty) is no name"),
        ("1. one", "`1`. one"),
        ("12) two", "`12`) two"),
        ("  3. three", " `3`. three"),
        ("a \t b", "a `\\u{9}` b"),
        ("XX", "XX"),
        ("@X", "`@X`"),
        ("@x.", "`@x`."),
        ('"a" "b"', "`a` `b`"),
        ('"a"`b`', "`a` `b`"),
    ],
)
def test_prose_keeps_words_and_spells_the_rest(text: str, told: str) -> None:
    """Lists, white space, empty quotes and neighbours in quotes each have one way to be told."""
    assert told == prose(text)


@pytest.mark.parametrize(("lines", "fence"), [([], "```"), (["a"], "```"), (["```"], "````"), (["a`````b"], "``````")])
def test_fence_is_one_longer_than_what_it_holds(lines: list[str], fence: str) -> None:
    """Three backticks are the least."""
    assert [fence, *lines, fence] == list(fenced(lines))


def test_command_without_properties_has_no_blank() -> None:
    """A runner takes the name up to the first blank."""
    assert command("error", {"title": ""}, "50%") == "::error::50%25"
    assert command("error", {"title": "a"}, "b") == "::error title=a::b"


@pytest.mark.parametrize(
    ("text", "told"), [("50%", "50%25"), ("%3A", "%253A"), ("a:b", "a%3Ab"), ("a,b", "a%2Cb"), ("%,:%", "%25%2C%3A%25")]
)
def test_property_spells_what_ends_it(text: str, told: str) -> None:
    """What the runner would read as an escape is escaped itself, and first."""
    assert told == workflow_property(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("=\u03381", "'=\u03381"),
        (" =\u03381", "' =\u03381"),
        ("\u2a751", "'\u2a751"),
        (" \u2a751", "' \u2a751"),
        (" x=1", " x=1"),
        ("x", "x"),
    ],
)
def test_cell_judges_by_what_it_begins_with(text: str, shown: str) -> None:
    """White space that moves the cell, a sign with a mark on it, and a letter that stands for two signs are noticed."""
    assert shown == cell(text)
