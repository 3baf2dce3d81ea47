"""What is worth telling beside the changes and the findings; nothing here stops or changes anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reconciler.core.facts import Facts
from reconciler.core.wording import listing, people
from reconciler.model.change import Create, key_of, revokes_of
from reconciler.model.role import (
    LONGEST_NAME,
    MOST_EARLIER_NAMES,
    DesiredRole,
    LiveRole,
    RetiredRole,
    RoleKey,
    RoleKind,
)

LIKE = 90
"""Percent of the permissions of two roles together that both must have to be offered as one role renamed."""


def notes(facts: Facts, hoisted: tuple[RoleKey, ...]) -> Iterator[str]:
    """Give every note on a plan, in no order; `hoisted` are the administrator grants that go first."""
    if hoisted:
        first = _named(role for role in facts.desired.roles if role.key in hoisted)
        permissions = listing(administrators.permission for administrators in facts.administrators)
        yield (
            f"{first} goes first: its grant of {permissions} keeps the tenant from being without an "
            "administrator half way"
        )
    yield from _unknown_permissions(facts)
    yield from _people_not_counted(facts)
    yield from _perhaps_renamed(facts)
    yield from _over_and_done(facts)
    if facts.tells_unheld:
        yield from _unheld(facts)
    yield from _since_the_base(facts)


def unknown_permissions(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Give, by the name of each managed live role, what it permits that the lock does not know, sorted.

    No file can say such a permission, so no change takes it away.
    """
    lock = facts.desired.catalogue.by_key
    found = {
        match.live.content.name: tuple(sorted(p for p in match.live.content.permissions if p not in lock))
        for match in facts.matching.matched
    }
    return {name: found[name] for name in sorted(found) if found[name]}


def _unknown_permissions(facts: Facts) -> Iterator[str]:
    for name, unknown in unknown_permissions(facts).items():
        yield (
            f'"{name}" holds {listing(unknown)}, which the catalogue lock does not know: kept, and counted as sensitive'
        )


def _people_not_counted(facts: Facts) -> Iterator[str]:
    """Tell of service accounts that lose something, and of counts that are upper bounds."""
    for change in facts.changes:
        if isinstance(change, Create):
            continue
        revoked = facts.impact.effects.mask(revokes_of(change))
        services = sum(
            g.people for g in facts.impact.effects.services if change.live.id in g.role_ids and g.lost & revoked
        )
        if services:
            number = "1 service account" if services == 1 else f"{services:,} service accounts"
            yield f'"{change.live.content.name}": {number} would lose something too, besides the people counted'
        if not facts.impact.by_role[key_of(change)].exact:
            bound = people(facts.impact.by_role[key_of(change)].holders)
            yield (
                f'the holders of "{change.live.content.name}" could not be listed: every number of people for it is '
                f"an upper bound of {bound}"
            )


def _perhaps_renamed(facts: Facts) -> Iterator[str]:
    """Offer the line that would make a creation a rename, where an unmanaged role allows nearly the same.

    It is never guessed: a creation leaves the holders behind, and a wrong rename would take them along.
    """
    for change in facts.changes:
        if not isinstance(change, Create) or change.role.key in facts.matching.gone:
            continue  # What a pin says is changed by another pin alone, as the guard says.
        for live in facts.matching.unmanaged:
            if _alike(change, live):
                yield (
                    f'"{change.role.content.name}" would be created, and "{live.content.name}", which no file '
                    f"declares, allows nearly the same. If it is that role under a new name, "
                    f"{_way_to_rename(change.role, live.content.name)}"
                )


def _way_to_rename(role: DesiredRole, name: str) -> str:
    """Give the whole line to paste: a file has one `previously`, so the names that it lists already are in it."""
    if not name.isprintable() or name != " ".join(name.split()) or len(name) > LONGEST_NAME:
        return "rename it in the product, because no file can hold the name it has"
    names = [*role.previously, name][-MOST_EARLIER_NAMES:]
    line = f"previously: [{', '.join(json.dumps(earlier, ensure_ascii=False) for earlier in names)}]"
    return f"{'replace `previously` in' if role.previously else 'add to'} {role.origin.path}: {line}"


def _over_and_done(facts: Facts) -> Iterator[str]:
    """Name the files that say what has happened; left standing, they mislead whoever reuses a name.

    A role found by its own name needs no earlier one: nothing live has that name but what another file means.
    While a swap is half way, with a role under its temporary name, the earlier names are still needed together.
    """
    if facts.live.gaps:
        return
    renamed = [
        found.role
        for found in facts.matching.matched
        if found.role.previously
        and found.live.content.name == found.role.content.name
        and found.role.key not in facts.matching.swapping
    ]
    if renamed:
        yield f"renamed already: {_filed(renamed)}; once that is so in every tenant, `previously` can go"
    there = {retired.key for retired, _ in facts.matching.retiring}
    gone = [retired for retired in facts.desired.retired if retired.key not in there]
    if gone:
        yield f"retired and gone: {_filed(gone)}; once that is so in every tenant, the file can go"


def _named(roles: Iterable[DesiredRole]) -> str:
    """Give roles by the names that people know."""
    return listing(f'"{role.content.name}"' for role in roles)


def _filed(roles: Iterable[DesiredRole | RetiredRole]) -> str:
    """Give roles by name with the key of the file that somebody is to edit."""
    return listing(f'"{r.name if isinstance(r, RetiredRole) else r.content.name}" ({r.key})' for r in roles)


def _alike(change: Create, live: LiveRole) -> bool:
    wanted, there = change.role.content.permissions, live.content.permissions
    both, either = len(wanted & there), len(wanted | there)
    return live.kind is RoleKind.CUSTOM and both > 0 and both * 100 >= LIKE * either


def _unheld(facts: Facts) -> Iterator[str]:
    """Name the managed roles of the tenant's own making that nobody is assigned to."""
    unheld = [
        found.role
        for found in facts.matching.matched
        if found.live.user_count == 0 and found.live.kind is RoleKind.CUSTOM
    ]
    if unheld:
        yield f"nobody holds {_named(unheld)}"


def _since_the_base(facts: Facts) -> Iterator[str]:
    """Tell what the change starts and stops managing, where the revision it starts from is known."""
    if facts.base is None:
        return
    first = [found.role for found in facts.matching.matched if not facts.was_managed(found.live)]
    if first:
        yield f"managed here for the first time: {_named(first)}"
    for live in facts.matching.unmanaged:
        if facts.was_managed(live):
            yield f'no file declares "{live.content.name}" any more: it stays as it is and is no longer managed'
