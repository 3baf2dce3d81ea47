"""What Zammad would refuse of a role, or accept and not keep, told before it is asked.

Sources: the product's model of roles (app/models/role.rb) and calls recorded from a server of version 5.5.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.tenants import zammad_table as table
from reconciler.tenants.shape import Part
from reconciler.tenants.zammad_replies import RawRole, held
from reconciler.tenants.zammad_vocabulary import Vocabulary, is_of_group

_KEEPS_GROUPS = 6
"""The first major version that takes groups from roles without tickets whenever such a role is saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What reading the server has told so far."""

    roles: Mapping[RoleId, LiveRole]
    raw: Mapping[RoleId, RawRole]
    """The same roles as they are written, and the inactive ones."""
    people: tuple[Part, ...] | None
    """Everybody, where that was read."""
    vocabulary: Vocabulary

    def named(self, name: str) -> RawRole | None:
        """Give the active role of a name."""
        return next((self.raw[role_id] for role_id, role in self.roles.items() if role.content.name == name), None)


def objections(known: Known, before: RoleContent | None, after: RoleContent | None) -> Iterator[str]:
    """Say why the product would not turn one role into another, each with the way out."""
    yield from _last_administrator(known, before, after)
    if after is None or after == before:
        return
    yield from _name(known, before, after)
    yield from _note(before, after)
    yield from _permissions(known.vocabulary, before, after)
    yield from _groups(known, before, after)
    yield from _signup(known, before, after)


def _last_administrator(known: Known, before: RoleContent | None, after: RoleContent | None) -> Iterator[str]:
    """Foresee the guard of the product: somebody active has `admin` or `admin.user` through another active role."""
    if before is None or not known.roles:
        return
    kept = frozenset() if after is None else after.permissions
    if not (before.permissions - kept) & table.GUARDED:
        return
    others = {
        role_id
        for role_id, role in known.roles.items()
        if role.content.name != before.name and role.content.permissions & table.GUARDED
    }
    people = known.people
    if others and (people is None or any(part.at("active").flag() and held(part) & others for part in people)):
        return
    yield (
        "Zammad keeps somebody who may administer people, and through no other role does anybody: give `admin: [user]` "
        "to another role that an active person holds, in a plan of its own before."
    )


def _name(known: Known, before: RoleContent | None, after: RoleContent) -> Iterator[str]:
    if before is not None and before.name == after.name:
        return
    for role_id, raw in sorted(known.raw.items()):
        if role_id not in known.roles and raw.name.casefold() == after.name.casefold():
            yield (
                f'Zammad has an inactive role "{raw.name}" and uses each name once: make it active there and adopt it, '
                "give it another name there, or choose another name here."
            )


def _note(before: RoleContent | None, after: RoleContent) -> Iterator[str]:
    if before is not None and before.description == after.description:
        return
    if len(after.description) > table.LONGEST_NOTE:
        yield (
            f"Zammad takes at most {table.LONGEST_NOTE} characters of description, and these are "
            f"{len(after.description)}: shorten it."
        )
    if (
        any(character in "<>" for character in after.description)
        or html.unescape(after.description) != after.description
    ):
        yield "Zammad takes a description for HTML and cleans it: write it without `<`, `>` and the likes of `&amp;`."


def _permissions(vocabulary: Vocabulary, before: RoleContent | None, after: RoleContent) -> Iterator[str]:
    """Object to what can be kept and not given, an access word that the product would store and not understand too."""
    had = frozenset() if before is None else before.permissions
    for key in sorted(after.permissions - had):
        if not vocabulary.ungrantable(key):
            continue
        if is_of_group(key):
            yield f"`{key}` is no access that Zammad knows, though it would store it: take it out of the file."
        else:
            yield f"Zammad gives `{key}` to no role: name the permissions below it."
    for key in sorted(after.permissions & vocabulary.words.keys()):
        if f"{key.rpartition('.')[0]}.{table.FULL}" in after.permissions:
            yield f"Zammad takes no other access beside `{table.FULL}`: take `{key}` out of the file."


def _groups(known: Known, before: RoleContent | None, after: RoleContent) -> Iterator[str]:
    """Object to groups without tickets, except where an old version keeps what a role has there."""
    if not _lost(after):
        return
    if known.vocabulary.version[0] < _KEEPS_GROUPS and before is not None and _lost(before):
        return
    yield (
        f"Access to groups counts only with `{table.AGENT}`, and Zammad takes it from a role without: write "
        "`ticket: [agent]`, or take `groups` out of the file."
    )


def _lost(content: RoleContent) -> bool:
    return table.AGENT not in content.permissions and any(map(is_of_group, content.permissions))


def _signup(known: Known, before: RoleContent | None, after: RoleContent) -> Iterator[str]:
    raw = None if before is None else known.named(before.name)
    if raw is None or not raw.signup:
        return
    vocabulary = known.vocabulary
    closed = [name for name in vocabulary.names(after.permissions, raw.names) if not vocabulary.is_open_to_signup(name)]
    if closed:
        yield (
            f"Every new account gets this role, and Zammad lets such a role have no {', '.join(closed)}: take that out "
            "of the file, or let new accounts get another role, in Zammad."
        )
