"""Find the people to write to: name and address of exactly those who lose something, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.notice import in_words, losers, narrowed
from reconciler.errors import LiveIncomplete
from reconciler.model.change import Retire, Update
from reconciler.model.notice import Affected
from reconciler.ports import Progress, TenantReader


def affected(facts: Facts, tenant: TenantReader, progress: Progress) -> tuple[Affected, ...]:
    """Read the contacts of the narrowed roles and give those who lose something, sorted by role, name and address.

    Somebody who loses something through two roles is there once for each. Raises `LiveIncomplete` where the
    holders of a narrowed role cannot be listed, or are not those that the plan was made from.
    """
    changes = narrowed(facts)
    progress.stage("Reading whom to tell", len(changes))
    rows: list[Affected] = []
    for change in changes:
        rows.extend(_rows(facts, change, tenant))
        progress.advance()
    return tuple(sorted(rows, key=lambda row: (row.role, row.name, row.email)))


def _rows(facts: Facts, change: Update | Retire, tenant: TenantReader) -> Iterator[Affected]:
    name = change.live.content.name
    contacts = tenant.contacts(change.live.id) if change.live.id in facts.people.listed else None
    if contacts is None:
        raise LiveIncomplete(
            f'The key may not list who holds "{name}", so a list of the people to tell would have gaps',
            fix="Use a key that may read users, or leave --names out",
        )
    holders = {person.id for person in facts.people.people if change.live.id in person.role_ids}
    if {contact.id for contact in contacts} != holders:
        raise LiveIncomplete(
            f'The people with the role "{name}" changed while they were read', fix="Run the command again"
        )
    lost = losers(facts, change)
    words = {permissions: in_words(facts, permissions) for permissions in set(lost.values())}
    for contact in contacts:
        if contact.id in lost:
            yield Affected(name=contact.name, email=contact.email, role=name, losses=words[lost[contact.id]])
