"""Laws of the translation between Zammad's names and permissions, both ways."""

from __future__ import annotations

from fakes.zammad.permissions import DISABLED, is_open, permissions_of
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import TenantAnswerUnusable
from reconciler.model.permission import PermissionSet
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.zammad_replies import complaint, contact, listed, person, raw_role, version
from reconciler.tenants.zammad_vocabulary import Listed, Vocabulary, is_of_group

VERSIONS = st.sampled_from([(5, 5), (6, 5), (7, 3)])
GROUPS = ("Users", "Sales::Tier 1", "v1.2/EU", "100 %", "Ümlaut")
WORDS = st.frozensets(st.sampled_from(["read", "create", "change", "overview", "full"]))


def a_vocabulary(version: tuple[int, int]) -> Vocabulary:
    """Give what a server of a version tells an administrator who is an agent and a customer."""
    vocabulary = Vocabulary()
    names = permissions_of(version)
    vocabulary.begin(
        [Listed(name=name, label=name, signup=is_open(name), disabled=name in DISABLED) for name in names],
        GROUPS,
        version,
    )
    return vocabulary


@st.composite
def grants(draw: st.DrawFn) -> tuple[Vocabulary, list[str], list[str]]:
    """Give a vocabulary, and two sets of names that roles can have there."""
    version = draw(VERSIONS)
    names = sorted(set(permissions_of(version)) - DISABLED)
    return a_vocabulary(version), *(sorted(draw(st.frozensets(st.sampled_from(names), max_size=12))) for _ in range(2))


@given(grants())
def test_names_that_are_written_read_back_as_what_was_wanted(given: tuple[Vocabulary, list[str], list[str]]) -> None:
    """Whatever the role had before: nothing is lost, nothing comes along."""
    vocabulary, before, wanted = given
    permissions = vocabulary.held(wanted, ())
    assert vocabulary.held(vocabulary.names(permissions, before), ()) == permissions


@given(grants())
def test_what_is_written_takes_no_name_away_that_is_still_covered(
    given: tuple[Vocabulary, list[str], list[str]],
) -> None:
    """And a role that is as wanted is written as it is."""
    vocabulary, before, wanted = given
    permissions = vocabulary.held([*before, *wanted], ())
    assert set(before) <= set(vocabulary.names(permissions, before))
    assert vocabulary.names(vocabulary.held(before, ()), before) == before


@given(grants())
def test_more_names_are_more_permissions(given: tuple[Vocabulary, list[str], list[str]]) -> None:
    """The closure keeps order, and the maxima of it say the same."""
    vocabulary, less, more = given
    catalogue = vocabulary.catalogue()
    small, large = vocabulary.held(less, ()), vocabulary.held([*less, *more], ())
    assert small <= large
    assert catalogue.closed(catalogue.maxima(large)) == large


@given(st.dictionaries(st.sampled_from(GROUPS), WORDS))
def test_access_to_groups_reads_back_as_what_was_wanted(given: dict[str, frozenset[str]]) -> None:
    """Names with dots, slashes and signs too; `full` is written alone and read as all."""
    vocabulary = a_vocabulary((6, 5))
    permissions: PermissionSet = vocabulary.held(
        (), [(group, word) for group, words in given.items() for word in words]
    )
    assert all(map(is_of_group, permissions))
    written = vocabulary.accesses(permissions)
    assert set(written) == {group for group, words in given.items() if words}
    assert all(words == ["full"] for words in written.values() if "full" in words)
    again = vocabulary.held((), [(group, word) for group, words in written.items() for word in words])
    assert again == permissions


@given(st.permutations(["ticket.agent", "chat.agent", "report"]), st.permutations(["read", "change", "overview"]))
def test_order_of_a_reply_is_no_change(names: list[str], words: list[str]) -> None:
    """The server gives lists in no order that means anything."""
    fields: dict[str, Json] = {"id": 4, "name": "A", "note": None, "active": True, "default_at_signup": False}
    plain: Json = {
        **fields,
        "permissions": ["chat.agent", "report", "ticket.agent"],
        "groups": {"Users": [*sorted(words)]},
    }
    mixed: Json = {**fields, "permissions": [*names, names[0]], "groups": {"Users": [*words]}}
    assert raw_role(Part(plain, "a test")) == raw_role(Part(mixed, "a test"))
    assert raw_role(Part(plain, "a test")).version == raw_role(Part(mixed, "a test")).version


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    *("id", "name", "note", "active", "default_at_signup", "permissions", "groups"),
    *("role_ids", "firstname", "email", "preferences", "allow_signup", "version"),
]


@given(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_whatever_a_server_answers_is_understood_or_told(reply: Json) -> None:
    """No other error leaves a reader of replies, and what it reads can be translated, or not said."""
    part = Part(reply, "a test")
    complaint(reply)
    for read in (contact, listed, version, lambda part: person(part, frozenset())):
        try:
            read(part)
        except TenantAnswerUnusable:
            continue
    try:
        raw = raw_role(part)
        vocabulary = a_vocabulary((6, 5))
        vocabulary.remember(raw.names, (group for group, _ in raw.groups))
        permissions = vocabulary.held(raw.names, raw.groups)
    except TenantAnswerUnusable:
        return
    assert permissions <= vocabulary.catalogue().keys


@given(
    st.lists(st.text(max_size=8), max_size=3),
    st.dictionaries(st.text(min_size=1, max_size=6), st.lists(st.text(max_size=6), max_size=3), max_size=3),
)
def test_whatever_a_role_has_can_be_kept(names: list[str], groups: dict[str, list[str]]) -> None:
    """Names that no file can say are told; all others, and any words of access, are written back as they were."""
    vocabulary = a_vocabulary((6, 5))
    accesses = [(group, word) for group, words in groups.items() for word in words if word != "full"]
    vocabulary.remember(names, groups)
    try:
        permissions = vocabulary.held(names, accesses)
    except TenantAnswerUnusable:
        return
    assert set(vocabulary.names(permissions, names)) >= set(names)
    written = vocabulary.accesses(permissions)
    assert {(group, word) for group, words in written.items() for word in words} == set(accesses)
