"""A configuration becomes permissions and back: in order, closed, with unknown keys kept and left-out keys told."""

from __future__ import annotations

from itertools import pairwise

import pytest
from fakes.zendesk.recorded import ADMIN, LISTED
from fakes.zendesk.server import LEAST
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import TenantAnswerUnusable
from reconciler.model.permission import PermissionSet
from reconciler.tenants import zendesk_table as table
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.zendesk_config import changes, granted
from reconciler.tenants.zendesk_vocabulary import Vocabulary

Object = dict[str, Json]


def read(configuration: Object, vocabulary: Vocabulary | None = None) -> PermissionSet:
    """Give the closed permissions of a configuration."""
    vocabulary = vocabulary or Vocabulary()
    found = granted(Part(configuration, "a test"), vocabulary)
    return vocabulary.catalogue().closed(found)


def among(*configurations: Object) -> Vocabulary:
    """Give the vocabulary of an account that has these roles, each read once."""
    vocabulary = Vocabulary()
    vocabulary.remember((Part(c, "a test").entries() for c in configurations), ())
    for configuration in configurations:
        granted(Part(configuration, "a test"), vocabulary)
    return vocabulary


LADDERS: dict[str, tuple[str, ...]] = {
    "end_user_list_access": ("none", "full"),
    "end_user_profile_access": ("readonly", "edit-within-org", "edit", "full"),
    "explore_access": ("none", "readonly", "edit", "full"),
    "forum_access": ("readonly", "edit-topics", "full"),
    "macro_access": ("readonly", "manage-personal", "manage-group", "full"),
    "manage_deletion_schedules": ("none", "all"),
    "manage_roles": ("none", "all-except-self", "all"),
    "manage_team_members": ("none", "readonly", "all-with-self-restriction"),
    "report_access": ("none", "readonly", "full"),
    "ticket_comment_access": ("none", "public"),
    "user_view_access": ("none", "readonly", "manage-personal", "manage-group", "full"),
    "view_access": ("playonly", "readonly", "manage-personal", "manage-group", "full"),
}


@pytest.mark.parametrize(("key", "words"), LADDERS.items())
def test_values_in_order_are_growing_sets(key: str, words: tuple[str, ...]) -> None:
    """Each value permits strictly more than the one before."""
    sets = [read({key: word}) for word in words]

    assert all(lower < higher for lower, higher in pairwise(sets))
    assert {scale.key for scale in table.SCALES} == {*LADDERS, "ticket_access"}


TICKETS = ("assigned-only", "within-groups", "within-groups-and-public-groups", "within-organization", "all")


@pytest.mark.parametrize("low", TICKETS)
@pytest.mark.parametrize("high", TICKETS)
def test_ticket_access_is_a_partial_order(low: str, high: str) -> None:
    """The organization is beside the groups: a move between them gives something and takes something."""
    less, more = read({"ticket_access": low}), read({"ticket_access": high})
    beside = "within-organization" in {low, high} and {low, high} & {TICKETS[1], TICKETS[2]}

    if beside:
        assert not less <= more
        assert not more <= less
    else:
        assert (less <= more) == (TICKETS.index(low) <= TICKETS.index(high))


@pytest.mark.parametrize("key", sorted(table.FLAG_CATEGORY))
def test_true_is_more_than_false(key: str) -> None:
    """One permission, by the key's own name."""
    assert read({key: False}) == frozenset()
    assert read({key: True}) == {f"{table.FLAG_CATEGORY[key]}.{key}"}


def test_read_only_keys_are_no_permissions_and_never_sent() -> None:
    """What the product derives is neither compared nor written."""
    configuration: Object = dict.fromkeys(sorted(table.READ_ONLY), True)
    vocabulary = among(configuration)

    assert read(configuration, vocabulary) == frozenset()
    assert changes(None, frozenset(), {}, vocabulary) == ({}, ())


def test_a_key_left_out_is_neither_true_nor_false() -> None:
    """A role that does not state what others state differs from both, and only a value can be written over it."""
    vocabulary = among({"manage_triggers": True, "macro_access": "full"}, {"ticket_merge": None})
    out = read({"ticket_merge": None}, vocabulary)
    off, on = read({"manage_triggers": False}, vocabulary), read({"manage_triggers": True}, vocabulary)

    assert out == {"unstated.macro_access", "unstated.manage_triggers"}
    assert off == {"unstated.macro_access"}
    assert on == {"unstated.macro_access", "rules.manage_triggers"}
    assert changes(out, off, {}, vocabulary) == ({"manage_triggers": False}, ())
    assert changes(out, on, {}, vocabulary) == ({"manage_triggers": True}, ())
    assert changes(out, out, {}, vocabulary) == ({}, ())
    assert changes(None, out, {}, vocabulary) == ({}, ())
    for before in (off, on):
        sent, (told,) = changes(before, out, {}, vocabulary)
        assert sent == {}
        assert "cannot be taken back" in told
    sent, (told,) = changes(None, out | on, {}, vocabulary)
    assert "cannot be left out and have a value" in told


@pytest.mark.parametrize("recorded", [ADMIN, *LISTED], ids=lambda recorded: recorded.name)
def test_recorded_roles_are_understood_and_written_back(recorded: object) -> None:
    """Making the role anew says every key that can be written exactly as it was recorded."""
    assert isinstance(recorded, type(ADMIN))
    configuration = recorded.configuration()
    vocabulary = among(configuration)
    permissions = read(configuration, vocabulary)

    sent, told = changes(None, permissions, {}, vocabulary)

    written = {key: value for key, value in configuration.items() if key not in table.READ_ONLY}
    if recorded is ADMIN:
        assert written.pop("manage_roles") == "all"
        assert len(told) == 1
    else:
        assert told == ()
    assert sent == written


def test_unknown_keys_are_permissions_too() -> None:
    """True is more than false; a text is beside every other; what is no plain word goes by a digest; all are kept."""
    configuration: Object = {"new_flag": True, "new_word": "some", "mask": "none", "odd": {"deep": [1]}, "size": 3}
    vocabulary = among(configuration, {"new_word": "other", "mask": "Two words", "new_flag": False})
    found = read(configuration, vocabulary)

    assert {"more.new_flag", "new_word.some", "mask.is-none"} < found
    assert len([key for key in found if key.startswith(("odd.as-", "size.as-"))]) == 2
    other = read({**configuration, "new_word": "other", "mask": "Two words"}, vocabulary)
    assert not other <= found
    assert not found <= other
    assert changes(found, other, {}, vocabulary) == ({"mask": "Two words", "new_word": "other"}, ())
    assert changes(found, found - {"more.new_flag"}, {}, vocabulary) == ({"new_flag": False}, ())
    assert changes(None, found, {}, vocabulary) == (configuration, ())
    _, (told,) = changes(found, found - {"new_word.some"}, {}, vocabulary)
    assert "`new_word` must have one of its values" in told
    assert found <= vocabulary.catalogue().keys


def test_an_unknown_value_of_a_known_key_is_beside_the_others() -> None:
    """Whatever the vendor adds is told, and written back as it was."""
    configuration: Object = {"ticket_access": "within-brands", "explore_access": "Brand new"}
    vocabulary = among(configuration)
    found = read(configuration, vocabulary)
    everything = read({"ticket_access": "all", "explore_access": "full"}, vocabulary)

    assert "ticket_access.within-brands" in found
    assert not found <= everything
    assert changes(everything, found, {}, vocabulary) == (configuration, ())


def test_two_values_at_once_are_refused() -> None:
    """A file may say several levels; the product takes one."""
    both = read({"ticket_access": "within-groups"}) | read({"ticket_access": "within-organization"})
    sent, (told,) = changes(read({"ticket_access": "all"}), both, {}, Vocabulary())

    assert sent == {}
    assert "`ticket_access` must have one value alone" in told


def test_scopes_of_custom_objects_come_with_read_and_are_sent_whole() -> None:
    """Each object is a category; whoever writes reads; what an object loses is sent as no scopes, the rest is kept."""
    raw: Object = {"apartment": {"scopes": ["read", "create"], "since": 1}, "Größe x": {"scopes": ["read", "own"]}}
    vocabulary = among({"custom_objects": raw})
    before = read({"custom_objects": raw}, vocabulary)

    assert before == {
        "custom_objects/apartment.read",
        "custom_objects/apartment.create",
        "custom_objects/Größe x.read",
        "custom_objects/Größe x.own",
    }
    assert read({"custom_objects": {"apartment": {"scopes": ["delete"]}}}, vocabulary) == {
        "custom_objects/apartment.read",
        "custom_objects/apartment.delete",
    }
    after = frozenset({"custom_objects/apartment.read"})
    sent: Object = {"apartment": {"scopes": ["read"], "since": 1}, "Größe x": {"scopes": []}}
    assert changes(before, after, {"custom_objects": raw}, vocabulary) == ({"custom_objects": sent}, ())
    assert read({"custom_objects": sent}, vocabulary) == after
    assert changes(None, after, {}, vocabulary) == ({"custom_objects": {"apartment": {"scopes": ["read"]}}}, ())


def test_reports_in_both_forms_are_sent_whole() -> None:
    """One word for groups and one for brands, and lists of what is selected; keys nobody knows stay."""
    raw: Object = {
        "groups_ticket_access": "selected-groups",
        "ticket_access_selected_groups": ["7", "8"],
        "brands_ticket_access": "within-brands",
        "ticket_access": None,
        "later": True,
    }
    vocabulary = among({"explore_reports": raw})
    before = read({"explore_reports": raw}, vocabulary)
    changed: Object = {**raw, "groups_ticket_access": "all", "ticket_access_selected_groups": []}
    after = read({"explore_reports": changed}, vocabulary)

    assert "explore_reports/ticket_access_selected_groups.7" in before
    assert "explore_reports/groups_ticket_access.within-groups" in after
    assert changes(before, after, {"explore_reports": raw}, vocabulary) == ({"explore_reports": changed}, ())
    old = read({"explore_reports": {"ticket_access": "within-groups"}}, vocabulary)
    assert changes(None, old, {}, vocabulary) == ({"explore_reports": {"ticket_access": "within-groups"}}, ())
    _, (told,) = changes(old, frozenset(), {}, vocabulary)
    assert "`explore_reports/ticket_access` must have one of its values" in told
    assert before | after <= vocabulary.catalogue().keys


def test_unknown_part_of_the_reports_that_is_true_is_more_than_false() -> None:
    """It is granted and taken like any other flag, and left alone beside other changes."""
    off: Object = {"groups_ticket_access": "all", "later": False}
    on: Object = {**off, "later": True}
    vocabulary = among({"explore_reports": off}, {"explore_reports": on})
    less, more = (read({"explore_reports": raw}, vocabulary) for raw in (off, on))

    assert less < more
    assert changes(less, more, {"explore_reports": off}, vocabulary) == ({"explore_reports": on}, ())
    assert changes(more, less, {"explore_reports": on}, vocabulary) == ({"explore_reports": off}, ())
    assert changes(None, more, {}, vocabulary) == ({"explore_reports": on}, ())
    word: Object = {**off, "later": "some"}
    assert not read({"explore_reports": word}, vocabulary) <= more


@pytest.mark.parametrize(
    "configuration",
    [
        {"ticket_merge": "yes"},
        {"ticket_access": True},
        {"Odd key": True},
        {"more": True},
        {"tickets": "all"},
        {"custom_objects": []},
        {"custom_objects": {"a": {}}},
        {"custom_objects": {"": {"scopes": []}}},
        {"custom_objects": {"a": {"scopes": ["Read it"]}}},
        {"explore_reports": {"ticket_access_selected_groups": ["A B"]}},
        {"explore_reports": {"ticket_access_selected_groups": 7}},
    ],
)
def test_a_configuration_of_another_shape_is_unusable(configuration: Object) -> None:
    """Where a known key has another type, or a key cannot be named, nothing is guessed."""
    with pytest.raises(TenantAnswerUnusable):
        read(configuration)


WORDS = {scale.key: [*(["none"] if scale.nothing else []), *(w.word for w in scale.words)] for scale in table.SCALES}
CONFIGURATIONS = st.fixed_dictionaries(
    {
        key: st.sampled_from([word for word in words if (key, word) != ("manage_roles", "all")])
        for key, words in WORDS.items()
    }
    | {key: st.booleans() for key in table.FLAG_CATEGORY}
)


@given(CONFIGURATIONS, CONFIGURATIONS)
def test_what_is_sent_makes_the_one_role_the_other(before: Object, after: Object) -> None:
    """Merged into the one, exactly the keys that differ give the other; read back it is what was wanted."""
    vocabulary = among(before, after)
    sent, told = changes(read(before, vocabulary), read(after, vocabulary), before, vocabulary)

    assert told == ()
    assert sent == {key: after[key] for key in after if after[key] != before[key]}
    assert read({**before, **sent}, vocabulary) == read(after, vocabulary)


def test_the_least_configuration_is_least() -> None:
    """Nothing that states the same keys permits less."""
    vocabulary = among(LEAST, ADMIN.configuration())

    assert read(LEAST, vocabulary) < read({**ADMIN.configuration(), "twitter_search_access": True}, vocabulary)


def test_a_digest_that_two_values_share_is_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would give one role what another has."""
    monkeypatch.setattr("reconciler.tenants.zendesk_vocabulary.short_of", lambda _: "as-same")

    with pytest.raises(TenantAnswerUnusable, match="its digest is that of another"):
        among({"odd": [1]}, {"odd": [2]})
