"""A role explained as text: how many permissions and holders, what differs from live, then each permission."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from reconciler.model.explanation import Headcount, RoleCategory, RoleExplanation, RolePermission, RoleStanding
from reconciler.model.matrix import Mark
from reconciler.render.cells import padded
from reconciler.render.explain_words import permissions, place, titled, who, widest
from reconciler.render.styled import Line, Span, Tone, line, span

_DIFFERS = {
    Mark.GRANT: (Tone.GOOD, "the file grants it, the live role does not have it yet"),
    Mark.REVOKE: (Tone.BAD, "the live role has it, the file does not grant it"),
}
_WHOLE = {RoleStanding.MISSING, RoleStanding.RETIRING}
"""Roles that differ in everything, which one sentence says."""


def role_text(told: RoleExplanation) -> Iterator[Line]:
    """Give the lines of a role."""
    found = tuple(chain.from_iterable(category.permissions for category in told.categories))
    yield line(span(f"{told.role.told}: ", Tone.STRONG), _verdict(told, found))
    if told.what_if is not None:
        losing = _something(told.what_if.losing, "loses", "lose")
        gaining = _something(told.what_if.gaining, "gains", "gain")
        yield line(span(f"  once the files are applied {losing}, {gaining}", Tone.STRONG))
    if told.standing not in _WHOLE:
        for permission in found:
            if permission.mark in _DIFFERS:
                tone, words = _DIFFERS[permission.mark]
                yield line(span(f"  {permission.mark.sign} {permission.permission.key}", tone), f"  {words}")
    if told.origin is not None:
        bases = f"; {' <- '.join(told.chain)}" if len(told.chain) > 1 else ""
        owner = f"; owner: {told.owner}" if told.owner else "; no owner"
        yield line(span(f"  {place(told.role, told.origin)}{bases}{owner}", Tone.FAINT))
    if found:
        yield from _listed(told, found)


def _verdict(told: RoleExplanation, found: tuple[RolePermission, ...]) -> str:
    """Say in one sentence what the role is."""
    file = sum(permission.mark is not Mark.REVOKE for permission in found)
    live = sum(permission.mark is not Mark.GRANT for permission in found)
    held = "" if told.holders is None else who(told.holders, "holds it", "hold it")
    match told.standing:
        case RoleStanding.UNREAD:
            verdict = "retired by its file" if told.retired else f"{permissions(file)}, as its file says"
        case RoleStanding.RETIRED:
            verdict = "retired, and the tenant no longer has it"
        case RoleStanding.RETIRING:
            follows = f"they get {told.successor}" if told.successor else "no role follows it"
            verdict = f"to be retired, {held}; {follows}"
        case RoleStanding.MISSING:
            verdict = f"{permissions(file)} in its file, not live yet"
        case RoleStanding.UNMANAGED:
            verdict = f"{permissions(live)}, {held}; no file says so"
        case _:
            agrees = all(permission.mark is Mark.ON for permission in found)
            verdict = (
                f"{permissions(live)}, {held}" if agrees else f"{permissions(live)} live, {file:,} by its file; {held}"
            )
    return verdict


def _something(count: Headcount, one: str, many: str) -> str:
    nobody = count.people == 0 and count.exact
    return f"{who(count, one, many)} {'anything' if nobody else 'something'}"


def _listed(told: RoleExplanation, found: tuple[RolePermission, ...]) -> Iterator[Line]:
    """Give every permission with the line that put it there, and by count what is off."""
    keys = widest(permission.permission.key for permission in found)
    titles = widest(titled(permission.permission) for permission in found)
    for category in told.categories:
        if category.permissions:
            yield ()
            yield _heading(category)
            for permission in category.permissions:
                sign = permission.mark.sign if permission.mark is not Mark.ON else " "
                yield (
                    Span(f"  {sign} {padded(permission.permission.key, keys)}  "),
                    Span(padded(titled(permission.permission), titles)),
                    span(f"  {place(told.role, permission.origin)}", Tone.FAINT),
                )
    nothing = [f"{category.label} ({category.off})" for category in told.categories if not category.permissions]
    if nothing:
        yield ()
        yield line(span("Off altogether: ", Tone.FAINT), ", ".join(nothing))


def _heading(category: RoleCategory) -> Line:
    off = f"  {category.off:,} off" if category.off else ""
    level = f": {' -> '.join(category.level)}" if category.level else ""
    return line(span(f"{category.label or 'Not in the lock'}{level}", Tone.STRONG), span(off, Tone.FAINT))
