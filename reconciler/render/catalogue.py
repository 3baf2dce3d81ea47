"""What the vendor changed, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from reconciler.core.wording import listing, roles
from reconciler.model.permission import Permission
from reconciler.model.vendor import (
    Aspect,
    CatalogueComparison,
    PermissionDifference,
    RoleEffect,
    RoleLoss,
    StandardRoleDifference,
)
from reconciler.render.problems import problem_text, problems_document
from reconciler.render.styled import Line, Tone, line, span

_SIGNS = {Aspect.ADDED: ("+", Tone.GOOD), Aspect.REMOVED: ("-", Tone.BAD)}


def comparison_text(compared: CatalogueComparison, *, updating: bool = False, pinned: bool = True) -> Iterator[Line]:
    """Give the verdict, every difference with the roles it touches, and what to do next unless that is being done.

    Where the repository has `pinned` nothing, the lock of the comparison is what the program came with.
    """
    lock = compared.lock
    if not pinned and not updating:
        yield line(
            span("The repository has no catalogue lock; compared is the one that the program came with", Tone.CARE)
        )
    if not compared.differs:
        number = f"{len(lock.keys):,} permissions"
        yield line(span(f"The tenant has the {number} of the lock, version {lock.version}", Tone.GOOD))
        if not pinned:
            yield line(span("Next:  ", Tone.STRONG), "reconciler catalogue --update")
        return
    yield line(span(f"The tenant differs from the catalogue lock, version {lock.version}", Tone.CARE))
    yield from _differences(compared)
    if updating or compared.proposed is not lock:
        yield line()
    if compared.proposed is not lock and not updating:
        yield from effects_text(compared, done=False)
        yield line(span("Next:  ", Tone.STRONG), "reconciler catalogue --update")


def _differences(compared: CatalogueComparison) -> Iterator[Line]:
    """Give every difference, each after an empty line."""
    for difference in compared.permissions:
        yield line()
        yield from _permission(difference)
    for category in compared.categories:
        yield line()
        if category.live != category.pinned:
            yield line(f"~ {category.key}  ", f'the category is called "{category.live}", not "{category.pinned}"')
        if category.form is not None:
            yield line(f"~ {category.key}  ", f"role files write the category as {category.form} now")
    for role in compared.standard_roles:
        yield line()
        yield line("! ", _standard(role))
        if compared.proposed.standard_roles == compared.lock.standard_roles:
            yield line("  an update leaves this to you: correct `standard_roles` in the lock by hand")
    administers = compared.proposed.role_administration
    if administers != compared.lock.role_administration:
        yield line()
        yield line("! ", f"whoever has {administers} can administer roles, by the tenant; the lock says otherwise")


def effects_text(compared: CatalogueComparison, *, done: bool) -> Iterator[Line]:
    """Say what the role files mean with the new lock, and which of them are refused then."""
    verb = "now means" if done else "would mean"
    widened = [effect for effect in compared.effects if effect.grants]
    narrowed = [effect for effect in compared.effects if effect.revokes]
    for which, effects in (("more", widened), ("less", narrowed)):
        if effects:
            subject = f"{roles(len(effects))}, unedited, {verb if len(effects) == 1 else _plural(verb)} {which}:"
            yield line(span(subject, Tone.CARE))
            for effect in effects:
                yield from _effect(effect, which)
    yield from _losses(compared.losses, done=done)
    if not compared.effects:
        yield line("No role file means anything else with the new lock")
    if compared.problems:
        number = len(compared.problems)
        noun = "1 problem" if number == 1 else f"{number:,} problems"
        yield line(span(f"validate {'finds' if done else 'would find'} {noun} then:", Tone.BAD))
        for problem in compared.problems:
            yield from problem_text(problem)


def _losses(losses: tuple[RoleLoss, ...] | None, *, done: bool) -> Iterator[Line]:
    """Say which live roles have what the update makes known and their files do not say, and how to keep it."""
    when = "the next plan takes" if done else "the first plan after an update would take"
    if losses is None:
        yield line(span(f"Nobody can say what {when} from live roles: reconciler plan tells why", Tone.CARE))
    elif losses:
        one = len(losses) == 1
        have = "1 role has live what its file does" if one else f"{roles(len(losses))} have live what their files do"
        yield line(span(f"{have} not say, and {when} it:", Tone.CARE))
        for loss in losses:
            yield line("  ", span(loss.name, Tone.STRONG), f"  {loss.file}")
            for permission in loss.permissions:
                yield line(f"    - {permission}")
            yield line(f"    to keep it: reconciler adopt {loss.role}{'' if done else ', after the update'}")
        yield line("  `adopt` takes everything that is live into the file, not only this")


def _plural(verb: str) -> str:
    return verb.replace("means", "mean")


def _effect(effect: RoleEffect, which: str) -> Iterator[Line]:
    sign, moved = ("+", effect.grants) if which == "more" else ("-", effect.revokes)
    yield line("  ", span(effect.name, Tone.STRONG), f"  {effect.file}")
    for permission in moved:
        yield line(f"    {sign} {permission}")


def written_text(compared: CatalogueComparison, written: Iterable[str]) -> Iterator[Line]:
    """Say which files were written and what the roles mean from now on."""
    paths = tuple(written)
    if not paths:
        yield line(
            span(
                "Nothing to write: the lock has the permissions of the tenant, and the role schema is its own",
                Tone.GOOD,
            )
        )
        return
    yield line(span(f"Wrote {' and '.join(paths)}", Tone.GOOD))
    if compared.proposed is compared.lock:
        return
    yield line(f"  the lock is version {compared.proposed.version} now; the tenant was only read")
    yield from effects_text(compared, done=True)
    yield line(span("Next:  ", Tone.STRONG), "review the change like any other: reconciler plan")


def schema_text(written: Iterable[str]) -> Iterator[Line]:
    """Say whether the role schema was made again."""
    paths = tuple(written)
    done = f"Wrote {' and '.join(paths)}" if paths else "Nothing to write: the role schema is that of the lock"
    yield line(span(done, Tone.GOOD))


def _permission(difference: PermissionDifference) -> Iterator[Line]:
    sign, tone = _SIGNS.get(difference.aspects[0], ("~", Tone.CARE))
    yield line(span(f"{sign} {difference.key}  ", tone), "; ".join(_changes(difference)))
    pinned, live = difference.pinned, difference.live
    for other in difference.perhaps:
        yield line(f"  perhaps renamed {'from' if pinned is None else 'to'} {other}, which has the same name")
    if difference.roles:
        touched = listing(difference.roles)
        if pinned is None:
            yield line(f"  an update gives it through `all` or `view` to {touched}")
        elif live is None:
            yield line(f"  meant by {touched}")
        else:
            yield line(f"  touches {touched}")


def _changes(difference: PermissionDifference) -> Iterator[str]:
    """Say what differs, in words."""
    pinned, live = difference.pinned, difference.live
    if pinned is None or live is None:
        yield from (f"{difference.aspects[0]}: {_described(side)}" for side in (pinned, live) if side is not None)
        return
    for aspect in difference.aspects:
        if aspect is Aspect.LEVEL:
            yield f"{pinned.level} before, {live.level} now"
        elif aspect is Aspect.SENSITIVE:
            yield "sensitive now" if live.sensitive else "no longer sensitive"
        elif aspect is Aspect.REQUIRES:
            yield f"requires {listing(live.requires) or 'nothing'} now"
        elif aspect is Aspect.IMPLIES:
            yield f"brings {listing(live.implies) or 'nothing'} now"
        else:
            yield f'called "{live.name}", "{pinned.name}" before'


def _described(permission: Permission) -> str:
    sensitive = ", sensitive" if permission.sensitive else ""
    requires = f", requires {listing(permission.requires)}" if permission.requires else ""
    implies = f", brings {listing(permission.implies)}" if permission.implies else ""
    return f'"{permission.name}", {permission.level}{sensitive}{requires}{implies}'


def _standard(role: StandardRoleDifference) -> str:
    if role.pinned is None:
        return f'"{role.name}" is a standard role of the tenant, and the lock does not list it'
    if role.live is None:
        return f'"{role.name}" is a standard role in the lock, and the tenant has none of that name'
    can = "can" if role.live else "cannot"
    return f'the tenant says that "{role.name}" {can} be edited, and the lock says otherwise'


def comparison_document(
    compared: CatalogueComparison, written: Iterable[str] = (), *, pinned: bool = True
) -> Mapping[str, object]:
    """Give the comparison as data, with the paths that an update has written.

    Where the repository had `pinned` nothing, the lock of the comparison is what the program came with.
    """
    return {
        "pinned": pinned,
        "differs": compared.differs,
        "version": compared.lock.version,
        "proposed_version": compared.proposed.version,
        "permissions": [
            {"changed": [str(aspect) for aspect in difference.aspects], **asdict(difference)}
            for difference in compared.permissions
        ],
        "categories": [asdict(category) for category in compared.categories],
        "standard_roles": [asdict(role) for role in compared.standard_roles],
        "effects": [asdict(effect) for effect in compared.effects],
        "losses": None if compared.losses is None else [asdict(loss) for loss in compared.losses],
        **problems_document(compared.problems),
        "written": list(written),
    }
