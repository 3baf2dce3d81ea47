"""Drift as GitHub's Markdown, for the body of one issue: what the tenant allows beyond the files comes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.plan import PlannedChange
from reconciler.render.budget import Item, Section, bounded
from reconciler.render.drift_view import DriftView, is_there, standing
from reconciler.render.escape import LONGEST, cut
from reconciler.render.escape_markdown import code, fenced
from reconciler.render.markdown import COMMENT, END, details, fixed, head, listed

_TABLE = "| role | how it stands | file |\n| --- | --- | --- |\n"
_REST = "run `reconciler drift` to see them"


def drift_markdown(shown: DriftView, limit: int = COMMENT) -> str:
    """Give what moved in the tenant in at most `limit` bytes; the same drift gives the same bytes.

    What does not fit is counted. What the tenant allows beyond the files goes last, its sensitive part last of all.
    """
    return bounded(tuple(_sections(shown)), limit)


def _sections(shown: DriftView) -> Iterator[Section]:
    yield head("drift", f"{code(shown.plan.tenant.name)}: {shown.verdict}")
    if not shown.moved:
        return
    yield fixed(_facts(shown))
    beyond = [(c, p) for c in shown.changes for p in c.revokes]
    yield _permissions(
        "\n### Sensitive, in the tenant and not in the files\n\n",
        [_permission("+", c, p, beyond=True) for c, p in beyond if shown.is_sensitive(c, p)],
    )
    yield _permissions(
        "\n### Not known to the catalogue lock\n\n",
        [f"+ {cut(name, LONGEST)}  {p}" for name, some in shown.unknown.items() for p in some],
    )
    yield fixed(_next())
    yield _permissions(
        "\n### In the tenant, not in the files\n\n",
        [_permission("+", c, p, beyond=True) for c, p in beyond if not shown.is_sensitive(c, p)],
    )
    yield Section(
        before="\n### Roles\n\n",
        opening=_TABLE,
        items=tuple(Item(text=f"{_row(change)}\n", fixed=False) for change in shown.changes),
        rest=_REST,
    )
    short = [_permission("-", c, p, beyond=False) for c in shown.changes if is_there(c) for p in c.grants]
    yield _permissions(details(f"In the files, not in the tenant ({len(short):,})"), short, END)
    yield listed("Names and texts", _texts(shown), _REST)
    yield listed("Not managed here", map(code, shown.plan.unmanaged), _REST)


def _facts(shown: DriftView) -> Iterator[str]:
    yield ""
    if shown.beyond:
        yield f"- **{shown.beyond}**"
    if shown.unknown:
        yield f"- **{len(shown.unknown):,} with permissions that the catalogue lock does not know**"
    if not shown.plan.complete:
        yield "- **The live state could not be read completely.**"
    yield f"- {len(shown.plan.unmanaged):,} not managed here"


def _next() -> Iterator[str]:
    yield "\n### Next\n"
    yield "What would be done about it, and what takes the tenant's side instead:\n"
    yield from fenced(["reconciler plan", "reconciler adopt"], "sh")


def _permissions(before: str, lines: Iterable[str], after: str = "") -> Section:
    opening, *told, closing = fenced(lines, "diff")
    return Section(
        before=before,
        opening=f"{opening}\n",
        items=tuple(Item(text=f"{each}\n", fixed=False) for each in told),
        closing=f"{closing}\n",
        after=after,
        rest=_REST,
    )


def _permission(sign: str, change: PlannedChange, permission: str, *, beyond: bool) -> str:
    """Give a line of a diff from the files to the tenant, with the people who have it through this role alone."""
    impact = next(impact for impact in change.per_permission if impact.permission == permission)
    bound = "" if change.people_exact else "at most "
    alone = f"  {bound}{impact.losing:,} of {impact.holders:,} through this role alone" if beyond else ""
    return f"{sign} {change.role}  {permission}{alone if impact.holders else ''}"


def _row(change: PlannedChange) -> str:
    return f"| {code(change.name)} | {standing(change)} | {code(f'{change.file}:{change.line}')} |"


def _texts(shown: DriftView) -> Iterator[str]:
    for change in shown.changes:
        for field in change.fields:
            yield (
                f"{code(change.role)} {field.path}: the tenant has {code(field.before)}, the file {code(field.after)}"
            )
