"""A person explained as text: what they lose, gain and keep, what they hold, then each permission they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.core.wording import roles
from reconciler.model.explanation import PersonEffect, PersonExplanation
from reconciler.model.person import Contact
from reconciler.render.cells import padded
from reconciler.render.explain_words import givers, permissions, place, titled, widest
from reconciler.render.styled import Line, Span, Tone, line, span


def person_text(told: PersonExplanation, contact: Contact | None) -> Iterator[Line]:
    """Give the lines of a person; a name or an address only where `contact` is given."""
    if told.what_if is not None:
        yield from _effect(told.id, told.what_if)
    number = f"{permissions(len(told.permissions))} through {roles(len(told.roles))}"
    yield line(span(f"{told.id}: ", Tone.STRONG), number, span(f"; {_standing(told)}", Tone.FAINT))
    if contact is not None:
        yield line(f"  {contact.name} <{contact.email}>")
    for held in told.roles:
        yield line(
            "  holds ", span(held.role.told, Tone.STRONG), span(f"  {place(held.role, held.origin)}", Tone.FAINT)
        )
    if told.permissions:
        yield ()
        keys = widest(held.permission.key for held in told.permissions)
        for permission in told.permissions:
            key = padded(permission.permission.key, keys)
            yield (Span(f"  {key}  "), span(givers(permission.through), Tone.FAINT))


def _effect(who: str, effect: PersonEffect) -> Iterator[Line]:
    """Say what the pending plan does to somebody, losses first."""
    if effect.lost or effect.gained:
        lost = f"loses {permissions(len(effect.lost))}" if effect.lost else "loses nothing"
        gained = f"gains {permissions(len(effect.gained))}" if effect.gained else "gains nothing"
        tone = Tone.BAD if effect.lost else Tone.GOOD
        yield line(span(f"{who} ", Tone.STRONG), span(f"{lost} and {gained}", tone), " once the files are applied")
    else:
        yield line(span(f"{who} ", Tone.STRONG), "loses and gains nothing once the files are applied")
    for held in effect.lost:
        yield line(
            span(f"  - {held.permission.key}", Tone.BAD),
            f"  {titled(held.permission)}; had it through {givers(held.through)}",
        )
    for held in effect.gained:
        yield line(
            span(f"  + {held.permission.key}", Tone.GOOD),
            f"  {titled(held.permission)}; through {givers(held.through)}",
        )
    for kept in effect.kept:
        takers = _names(role.told for role in kept.taken_by)
        verb = "takes" if len(kept.taken_by) == 1 else "take"
        yield line(
            span(f"  = {kept.permission.key}", Tone.CARE), f"  {takers} {verb} it, kept through {givers(kept.through)}"
        )


def _names(names: Iterable[str]) -> str:
    return " and ".join(names)


def _standing(told: PersonExplanation) -> str:
    """Say whether somebody counts, and what that means where they do not."""
    if not told.human:
        return "a service account, counted among no people"
    if not told.active:
        return "suspended, so none of it works now and no count has them"
    return "an active person"
