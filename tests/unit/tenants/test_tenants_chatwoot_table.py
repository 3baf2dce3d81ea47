"""Chatwoot's permissions as sets, held against how the product itself compares roles: by rank and by single areas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.permission import PermissionSet
from reconciler.tenants import chatwoot_table as table

RANKS = ("conversation_participating_manage", "conversation_unassigned_manage", "conversation_manage")
AREAS = ("contact_manage", "report_manage", "knowledge_base_manage")
CATALOGUE = table.catalogue()
WORDS = st.frozensets(st.sampled_from((*RANKS, *AREAS)))
LOW, MIDDLE, HIGH = RANKS
CONTACTS, REPORTS, ARTICLES = AREAS


def meant(words: frozenset[str]) -> PermissionSet:
    """Give what a role with these words permits."""
    return CATALOGUE.closed(table.key_of(word) for word in words)


def vector(words: frozenset[str]) -> tuple[int, ...]:
    """Give how the product sees them: the strongest rank, and each area by itself."""
    rank = max((RANKS.index(word) + 1 for word in words if word in RANKS), default=0)
    return (rank, *(int(area in words) for area in AREAS))


@given(one=WORDS, other=WORDS)
def test_more_access_is_a_superset(one: frozenset[str], other: frozenset[str]) -> None:
    """Sets contain each other exactly where nothing of the product's vector is smaller."""
    more = all(mine >= theirs for mine, theirs in zip(vector(one), vector(other), strict=True))

    assert CATALOGUE.covers(meant(one), meant(other)) is more


@given(written=WORDS, wanted=WORDS)
def test_words_say_what_is_meant_and_keep_what_they_can(written: frozenset[str], wanted: frozenset[str]) -> None:
    """Read back they permit exactly that; no word that the role has is dropped while it is covered."""
    words = table.words(meant(wanted), sorted(written), CATALOGUE)

    assert words == sorted(set(words))
    assert meant(frozenset(words)) == meant(wanted)
    assert {word for word in written if table.key_of(word) in meant(wanted)} <= set(words)


@pytest.mark.parametrize(
    ("more", "less", "covers"),
    [
        ({HIGH}, {LOW}, True),
        ({HIGH}, {LOW, MIDDLE, HIGH}, True),
        ({LOW}, {HIGH}, False),
        ({MIDDLE, LOW}, {HIGH}, False),
        ({HIGH}, {CONTACTS}, False),
        ({CONTACTS}, {LOW}, False),
        ({HIGH, CONTACTS, REPORTS}, {MIDDLE, CONTACTS, ARTICLES}, False),
        (set(), {LOW}, False),
        (set(), set(), True),
    ],
)
def test_covers_by_the_table(more: set[str], less: set[str], *, covers: bool) -> None:
    """A weaker rank beside a stronger one adds nothing, and no rank stands for an area."""
    assert CATALOGUE.covers(meant(frozenset(more)), meant(frozenset(less))) is covers


def test_plain_agent_is_beside_most_roles() -> None:
    """Becoming one widens conversations and narrows reports, so a deleted role is no plain loss."""
    assert vector(frozenset({HIGH, CONTACTS})) == (3, 1, 0, 0)
    assert meant(frozenset({HIGH, CONTACTS})) == table.PLAIN_AGENT
    assert not CATALOGUE.covers(table.PLAIN_AGENT, meant(frozenset({LOW, REPORTS})))
    assert not CATALOGUE.covers(meant(frozenset({LOW, REPORTS})), table.PLAIN_AGENT)


def test_administrators_have_everything_also_what_is_not_known() -> None:
    """Whatever roles of an account have besides, an administrator has too."""
    seen = table.catalogue({"more.campaign_manage"})

    assert seen.closed({table.ADMINISTERS}) == seen.keys > CATALOGUE.keys
