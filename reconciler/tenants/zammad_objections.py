"""What Zammad would refuse of a role, or accept and not keep, told before it is asked.

Sources: the product's model of roles (app/models/role.rb) and calls recorded from a server of version 5.5.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.core.wording import listing
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.model.write import UpdateRole, Write
from reconciler.tenants import zammad_table as table
from reconciler.tenants.zammad_replies import RawRole
from reconciler.tenants.zammad_vocabulary import Vocabulary, is_of_group

CLEARS_GROUPS = 6
"""The first major version that takes groups from roles without tickets whenever such a role is saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What reading the server has told so far."""

    roles: Mapping[RoleId, LiveRole]
    raw: Mapping[RoleId, RawRole]
    """The same roles as they are written, and the inactive ones."""
    vocabulary: Vocabulary

    def named(self, name: str) -> RawRole | None:
        """Give the active role of a name."""
        return next((self.raw[role_id] for role_id, role in self.roles.items() if role.content.name == name), None)


def objections(known: Known, before: RoleContent | None, after: RoleContent | None) -> Iterator[str]:
    """Say why the product would not turn one role into another, each with the way out."""
    if after is None or after == before:
        return
    yield from _name(known, before, after)
    yield from _note(before, after)
    yield from _permissions(known.vocabulary, before, after)
    yield from _groups(known, before, after)
    yield from _signup(known, before, after)


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
    if known.vocabulary.version[0] < CLEARS_GROUPS and before is not None and _lost(before):
        return
    yield (
        f"Access to groups counts only with `{table.AGENT}`, and Zammad takes it from a role without: write "
        "`ticket: [agent]`, or take `groups` out of the file."
    )


def unseen(inactive: frozenset[str], writes: tuple[Write, ...], *, clears: bool) -> str:
    """Say which roles may lose access to `inactive` groups, which no reply shows; empty where none can.

    The groups of a role are written whole, by what is seen of them; `clears` where the product takes those of a role
    without tickets itself.
    """
    roles = {write.role for write in writes if isinstance(write, UpdateRole) and _rewrites_groups(write, clears=clears)}
    if not inactive or not roles:
        return ""
    return (
        "Zammad does not show what access a role has to an inactive group, and a change of its groups takes that away; "
        f"inactive: {listing(inactive)}; changed: {listing(roles)}"
    )


def _rewrites_groups(write: UpdateRole, *, clears: bool) -> bool:
    lost = write.live.content.permissions - write.content.permissions
    gained = write.content.permissions - write.live.content.permissions
    return any(map(is_of_group, lost | gained)) or (clears and table.AGENT in lost)


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
