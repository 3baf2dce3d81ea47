"""The permissions of Chatwoot, and how the words of its custom roles become keys and come back.

Source of the six permissions, and of what a plain agent may do beside them: the product's enterprise code of version
4.9.1 (the model of custom roles, the conversation filter and the policies). Levels and what is sensitive are ours:
what only administrators may do otherwise is sensitive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.errors import TenantAnswerUnusable
from reconciler.model.permission import (
    Catalogue,
    Category,
    CategoryForm,
    Permission,
    PermissionLevel,
    PermissionSet,
    StandardRole,
)

CONVERSATIONS, AREAS, ADMINISTRATION, MORE = "conversations", "areas", "administration", "more"

ADMINISTERS = f"{ADMINISTRATION}.administrator"
"""What only administrators have; no custom role can."""
NEEDS = frozenset({ADMINISTERS})
"""What the user behind the key must keep: only administrators may read or write custom roles."""

ADMINISTRATOR, AGENT = "Administrator", "Agent"
"""What the two roles are called that every membership has one of."""
ABOUT = {
    ADMINISTRATOR: "Administers the account and may do everything in it",
    AGENT: "Answers every conversation of their inboxes and sees contacts, without a custom role",
}
"""What is said of them, as the product keeps no description of either."""

_RANKS = (
    ("conversation_participating_manage", "Conversations they have or take part in"),
    ("conversation_unassigned_manage", "Also those that nobody has"),
    ("conversation_manage", "All conversations of their inboxes"),
)
"""Lowest first; the strongest that a role has counts alone."""
_AREAS = (
    ("contact_manage", "Contacts", PermissionLevel.ACT, False),
    ("report_manage", "Reports and satisfaction surveys", PermissionLevel.VIEW, True),
    ("knowledge_base_manage", "Portals, articles and categories", PermissionLevel.MANAGE, True),
)
_CATEGORY = {short: CONVERSATIONS for short, _ in _RANKS} | {short: AREAS for short, *_ in _AREAS}
_WORD = re.compile(r"[a-z0-9_][a-z0-9_-]{0,79}")
_TAKEN = frozenset({"everything", "all", "view", "none"})


def key_of(word: str) -> str:
    """Give the permission key of a word; raises `TenantAnswerUnusable` for one that no file could say."""
    if not _WORD.fullmatch(word) or word in _TAKEN:
        raise TenantAnswerUnusable("Chatwoot has a permission with a name that role files cannot say")
    return f"{_CATEGORY.get(word, MORE)}.{word}"


def catalogue(unknown: Iterable[str] = ()) -> Catalogue:
    """Give every permission, with the keys of words that roles have and this table does not know."""
    ranks = tuple(
        Permission(
            key=key_of(word),
            name=name,
            level=PermissionLevel.ACT,
            implies=tuple(sorted(key_of(lower) for lower, _ in _RANKS[:place])),
        )
        for place, (word, name) in enumerate(_RANKS)
    )
    areas = tuple(
        Permission(key=key_of(word), name=name, level=level, sensitive=sensitive)
        for word, name, level, sensitive in _AREAS
    )
    more = tuple(
        Permission(key=key, name=key.partition(".")[2], level=PermissionLevel.MANAGE, sensitive=True)
        for key in sorted(set(unknown))
    )
    everything = tuple(sorted(p.key for p in (*ranks, *areas, *more)))
    administrator = Permission(
        key=ADMINISTERS,
        name="Be an administrator",
        level=PermissionLevel.MANAGE,
        sensitive=True,
        implies=everything,
    )
    found = [
        Category(key=CONVERSATIONS, name="Conversations", permissions=ranks, form=CategoryForm.LEVELS),
        Category(key=AREAS, name="Areas", permissions=areas),
        Category(key=ADMINISTRATION, name="Administration", permissions=(administrator,)),
    ]
    if more:
        found.append(Category(key=MORE, name="Not known to this program", permissions=more))
    return Catalogue(
        version=1,
        categories=tuple(found),
        role_administration=ADMINISTERS,
        standard_roles=(
            StandardRole(name=ADMINISTRATOR, editable=False),
            StandardRole(name=AGENT, editable=False),
        ),
    )


PLAIN_AGENT: PermissionSet = catalogue().closed({key_of("conversation_manage"), key_of("contact_manage")})
"""What an agent without a custom role may do: a custom role narrows conversations, and widens reports and articles."""


def words(permissions: PermissionSet, written: Iterable[str], known: Catalogue) -> list[str]:
    """Give the words to write so that a role permits exactly `permissions`, sorted.

    A word that the role has stays as long as it is covered, also where a stronger one makes it count for nothing.
    """
    kept = {word for word in written if key_of(word) in permissions}
    return sorted(kept | {key.partition(".")[2] for key in known.maxima(permissions)})
