"""Laws about showing foreign text: nothing hidden, nothing moved, nothing that two texts share."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.render.escape import visible

ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
tricky = st.text(
    st.sampled_from("\\u{}0a4 Aé\u202e\u200b\x1b\x9b\r\n\t\x00\u3164\ufe0f\u2028\ud800\U000e0041\u00a0"), max_size=12
)
texts = st.text() | tricky | st.text(st.characters(categories=("Cs", "Cc", "Cf", "Zs")), max_size=6)


def unescaped(shown: str) -> str:
    """Read an escaped text back."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), shown)


@given(texts)
@example("\\u{41}")
@example("\\\\u{41}")
@example("\\u\\u{")
def test_visible_is_injective(text: str) -> None:
    """What was written can be read back exactly, so no two texts are shown alike."""
    assert text == unescaped(visible(text))


@given(texts)
def test_visible_has_only_characters_that_can_be_seen(text: str) -> None:
    """No control, format, private, surrogate or unassigned character, no line end, and no space but the plain one."""
    for char in visible(text):
        assert char.isprintable()
        assert char == " " or not unicodedata.category(char).startswith(("C", "Z"))


@given(st.text(st.characters(categories=("L", "N", "P", "S"), max_codepoint=0x24F), max_size=20))
def test_visible_leaves_safe_text_as_it_is(text: str) -> None:
    """Letters, digits, marks and signs of everyday text come back unchanged, and stay so."""
    plain = text.replace("\\", "/").replace("\xad", "")

    assert plain == visible(plain)
    assert visible(plain) == visible(visible(plain))


@given(texts, st.integers(0, 8))
def test_visible_is_as_long_as_asked_and_says_what_is_missing(text: str, most: int) -> None:
    """A cut text shows the beginning, and the number of the rest."""
    shown = visible(text, most)

    rest = len(text) - most
    expected = visible(text) if rest <= 0 else f"{visible(text[:most])}… ({rest:,} more)"
    assert expected == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Agent", "Agent"),
        ("Zoë, 客服", "Zoë, 客服"),
        ("a\x1b[31mb", "a\\u{1b}[31mb"),
        ("a\u202eb", "a\\u{202e}b"),
        ("a\nb\rc\td", "a\\u{a}b\\u{d}c\\u{9}d"),
        ("\u3164", "\\u{3164}"),
        ("a\u00a0b", "a\\u{a0}b"),
        ("\\u{41}", "\\u{5c}u{41}"),
        ("C:\\users", "C:\\users"),
        ("\U000e0001", "\\u{e0001}"),
        ("", ""),
    ],
)
def test_visible_shows_what_would_be_hidden(text: str, shown: str) -> None:
    """Colours, direction marks, line ends, blank letters and tags are seen; everything else is left alone."""
    assert shown == visible(text)
