"""Foreign names as members of a family."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.text import suspects
from reconciler.model.member import member, member_name


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Users", "Users"),
        ("Sales::EU", "Sales::EU"),
        ("2nd Level_support-team", "2nd Level_support-team"),
        ("Büro", "Büro"),
        ("日本", "日本"),
        ("a.b/c", "a%2Eb%2Fc"),
        ("100%", "100%25"),
        (" edge ", "%20edge%20"),
        ("Bu\u0308ro", "Bu%CC%88ro"),
        ("\u212b", "%E2%84%AB"),
        ("\u1160", "%E1%85%A0"),
        ("\ud800", "%ED%A0%80"),
        ("a\u202eb", "a%E2%80%AEb"),
        ("", ""),
    ],
)
def test_member_is_the_name_as_far_as_it_is_plain(name: str, written: str) -> None:
    """Letters, digits, space, `_`, `-` and `:` stay; everything else is encoded."""
    assert member(name) == written


@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1))
def test_member_can_be_read_back_and_hides_nothing(name: str) -> None:
    """Different names have different members, without a dot, a slash, or a character that nobody sees."""
    written = member(name)

    assert member_name(written) == name
    assert not set(written) & set("./\\\n")
    assert unicodedata.is_normalized("NFKC", written)
    assert suspects(written) == []


@pytest.mark.parametrize("text", ["", "a.b", "a/b", "a%2eb", "%41", " a", "a%FF", "%", "a%2"])
def test_text_that_no_name_is_written_as_is_no_member(text: str) -> None:
    """Only one way of writing a name counts, so that no member is there twice."""
    with pytest.raises(ValueError, match=r"member|decode"):
        member_name(text)
