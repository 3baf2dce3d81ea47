"""Give every live role its file, or the reasons why no file can say it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.match import Matching
from reconciler.desired.faithful import faults
from reconciler.desired.likeness import TakenNames
from reconciler.desired.slugs import free_key
from reconciler.model.adoption import Proposal, Reason, Refusal, Subject
from reconciler.model.permission import Catalogue
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleContent, RoleKey, RoleKind
from reconciler.model.state import DesiredState

STANDARD = "standard"
"""The folder of the product's own roles, below the folder of the role files."""


def propose(matching: Matching, desired: DesiredState, folder: str) -> Proposal:
    """Propose a file for every live role; keys do not depend on which roles are adopted in the end.

    A role whose file retires it is refused, and so is one that the loader would refuse. Of two new roles that look
    alike, the first by kind and name can be adopted.
    """
    managed, refusals = [], [_retired(retired, live) for retired, live in matching.retiring]
    for found in matching.matched:
        role = found.role
        subject = Subject(live=found.live, key=role.key, path=role.origin.path, declared=role)
        against = () if says(role, found.live, desired.catalogue) else faults(subject, desired)
        if against:
            refusals.append(Refusal(live=found.live, key=role.key, path=subject.path, reasons=against))
        else:
            managed.append(subject)
    named = list(_named(matching, desired, folder))
    new = [candidate for candidate in named if isinstance(candidate, Subject)]
    refusals += [candidate for candidate in named if isinstance(candidate, Refusal)]
    return Proposal(
        subjects=(*sorted(new, key=lambda s: s.key), *managed),
        refusals=tuple(sorted(refusals, key=lambda r: (r.live.content.name, r.live.id))),
    )


def sayable(live: LiveRole, lock: Catalogue) -> RoleContent:
    """Give what a file can say of a live role: all of it but permissions that the lock does not know."""
    content = live.content
    return RoleContent(name=content.name, description=content.description, permissions=content.permissions & lock.keys)


def says(role: DesiredRole, live: LiveRole, lock: Catalogue) -> bool:
    """Whether a file says all that can be said of a live role."""
    return role.content == sayable(live, lock)


def _named(matching: Matching, desired: DesiredState, folder: str) -> Iterator[Subject | Refusal]:
    """Give new roles a key each, standard ones first; a refused role takes no key and no name from another."""
    taken: set[RoleKey] = {role.key for role in desired.roles} | {role.key for role in desired.retired}
    names = TakenNames(matching, desired)
    for live in sorted(matching.unmanaged, key=lambda r: (r.kind is RoleKind.CUSTOM, r.content.name, r.id)):
        key = free_key(live.content.name, taken)
        below = f"{folder}/{STANDARD}" if live.kind is RoleKind.STANDARD else folder
        subject = Subject(live=live, key=key, path=f"{below}/{key}.yaml", declared=None)
        against = faults(subject, desired) or names.against(live)
        if against:
            yield Refusal(live=live, key=key, path=None, reasons=against)
            continue
        taken.add(key)
        names.take(live)
        yield subject


def _retired(retired: RetiredRole, live: LiveRole) -> Refusal:
    reason = Reason(
        code="adopt.retired",
        message="Its file says `retired: true`, so the next apply deletes it",
        fix="Take `retired: true` out of the file to keep the role, then adopt it",
    )
    return Refusal(live=live, key=retired.key, path=retired.origin.path, reasons=(reason,))
