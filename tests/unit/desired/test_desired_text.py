"""Characters that nobody sees, and names that cannot be told apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.names import name_problems, skeleton, space_problems
from reconciler.desired.text import place_of, shown, suspects
from reconciler.desired.words import nearest, suggestion
from reconciler.render.escape import visible

INVISIBLE = [0x00AD, 0x034F, 0x115F, 0x1160, 0x200B, 0x200C, 0x200D, 0x2060, 0x2063, 0x2800, 0x3164, 0xFEFF, 0xFFA0]
INVISIBLE += [0xFE00, 0xFE0F, 0x180E, 0xE0001, 0xE0041, 0xE007F, 0xE0100, 0x17B4, 0x1D173, 0x0600, 0xFFF9]
BIDI = [0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202D, 0x202E, 0x2066, 0x2067, 0x2069]
CONTROL = [0x00, 0x07, 0x08, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F, 0x80, 0x9B, 0x9F]


@pytest.mark.parametrize(
    ("points", "code"),
    [
        (INVISIBLE, "text.invisible"),
        (BIDI, "text.bidi"),
        (CONTROL, "text.control"),
        ([0x0D, 0x85, 0x2028, 0x2029], "text.newline"),
        ([0xE000, 0xF8FF, 0xFDD0, 0xFFFF, 0xF0000], "text.private-use"),
        ([0xD800, 0xDFFF], "text.surrogate"),
    ],
)
def test_unwelcome_character_is_found(points: list[int], code: str) -> None:
    """Each character of the corpus is found at its place and named by its number."""
    for point in points:
        [found] = suspects(f"ab{chr(point)}c")
        assert (found.offset, found.code) == (2, code)
        assert f"U+{point:04X}" in found.message


@given(st.characters(categories=["Cf", "Cc", "Cs", "Co"]))
def test_no_format_or_control_character_slips_through(character: str) -> None:
    """Whatever Unicode calls control, format, surrogate or private use is unwelcome, but for tab and line feed."""
    assert character in "\t\n" or suspects(f"a{character}b")


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_shown_text_is_escaped_once_where_it_is_shown(text: str) -> None:
    """A message quotes foreign text as it is; what shows the message leaves nothing unwelcome, and escapes once."""
    told = visible(f"{shown(text)} is no name")

    assert told == f'"{visible(text)}" is no name'
    assert not [s for s in suspects(told) if s.code != "text.combining"]
    assert "\n" not in told


def test_long_text_is_cut_when_shown() -> None:
    """A message never carries a page of foreign text."""
    assert len(shown("x" * 10_000)) < 70


def test_ordinary_accents_are_fine() -> None:
    """Words of real languages pass, with combining marks or without."""
    assert not suspects("Équipe Ελληνικά Việt हिन्दी العربية עִבְרִית")
    assert [s.code for s in suspects("a" + "\u0301" * 5)] == ["text.combining"]


def test_many_suspects_are_cut() -> None:
    """The list of unwelcome characters is bounded."""
    assert len(suspects("\u200b" * 100)) == 20


def test_places_count_crlf_once() -> None:
    """A Windows line end is one line end."""
    assert place_of("a\r\nbc", 4) == (2, 2)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Admin", "admin"),
        ("copy", "\u0441\u043e\u0440\u0443"),
        ("Support", "\u0405upport"),
        ("Agent", "\uff21\uff47\uff45\uff4e\uff54"),
        ("Team Lead", "Team\u2010Lead"),
        ("Team Lead", "team_lead"),
        ("Cafe Desk", "Caf\u00e9 Desk"),
        ("Modern Desk", "Modem Desk"),
        ("Tier 0", "Tier O"),
        ("Straße", "strasse"),
        ("A\u0301gent", "\u00c1gent"),
        ("PAX", "\u03a1\u0391\u03a7"),
    ],
)
def test_look_alikes_share_a_skeleton(name: str, other: str) -> None:
    """Names that differ only in case, form, accents, dashes or alphabet count as one."""
    assert skeleton(name) == skeleton(other)


@pytest.mark.parametrize(("name", "other"), [("Agent", "Agents"), ("Tier 1", "Tier 2"), ("Reader", "Leader")])
def test_different_names_stay_different(name: str, other: str) -> None:
    """Names a reader can tell apart have different skeletons."""
    assert skeleton(name) != skeleton(other)


@given(st.text(max_size=20))
def test_skeleton_ignores_case_and_form(name: str) -> None:
    """The skeleton is a fixed point and does not see Unicode forms."""
    assert skeleton(unicodedata.normalize("NFC", name)) == skeleton(unicodedata.normalize("NFD", name))
    assert skeleton(skeleton(name)) == skeleton(name)


@pytest.mark.parametrize(
    "name",
    [
        "Role 1",
        "role",
        "Custom",
        "custom role",
        "My custom role 2",
        "Test",
        "TEST-3",
        "Testing",
        "New role",
        "New",
        "Misc",
        "Miscellaneous 4",
        "Untitled",
        "Temp",
        "temporary role",
        "Copy of role",
        "Role #7",
        "Sample role (2)",
        "a role",
        "Draft",
    ],
)
def test_name_that_says_nothing_is_refused(name: str) -> None:
    """Names that fit any role are refused with advice."""
    assert [p.code for p in name_problems(name)] == ["role.generic-name"]


@pytest.mark.parametrize(
    "name",
    [
        "Quality Reviewer",
        "Beta Tester",
        "Test Engineer",
        "Agent - No Bulk Actions",
        "Tier 2",
        "New Hire Desk",
        "Ночная смена",
        "夜班",
        "Role Administrator",
        "Ελλάδα Support",
    ],
)
def test_name_that_says_something_passes(name: str) -> None:
    """Names with a purpose in them are left alone, in any alphabet."""
    assert not list(name_problems(name))


@pytest.mark.parametrize("name", [" a", "a ", "a  b", "a\u00a0b", "a\u3000b", "a\tb", "a\nb", "a\u2003b", "a\n"])
def test_hidden_space_is_refused(name: str) -> None:
    """Spaces that make two equal-looking names differ are refused."""
    assert [p.code for p in space_problems(name)] == ["text.space"]


def test_nearest_word_is_suggested() -> None:
    """A slip of the pen gets the word that was meant, whatever its case and dashes."""
    known = ("close_reopen", "reply", "view")

    assert nearest("Reply ", known) == "reply"
    assert nearest("close-reopen", known) == "close_reopen"
    assert nearest("rpely", known) == "reply"
    assert nearest("zzz", known) is None
    assert suggestion("zzz", known, "Look it up") == "Look it up"
