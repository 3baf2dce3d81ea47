"""A plan as GitHub's Markdown, for a comment on a pull request or the summary of a job.

Verdict, effect on people and sensitive grants come first, then what stops the plan and the commands to go on.
Nothing that anybody has to agree to is ever left out: where that does not fit, the answer is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.wording import roles
from reconciler.model.finding import Finding, FindingLevel
from reconciler.model.notice import Notice
from reconciler.render.budget import Item, Section, fit, size, within
from reconciler.render.escape_markdown import code, fenced, prose
from reconciler.render.markdown import COMMENT, END, details, fixed, head, listed
from reconciler.render.notice import message, shortened, subject, told_to
from reconciler.render.view import ChangeView, PermissionView, PlanView, level_word

_TABLE = "| change | role | direction | people | file |\n| --- | --- | --- | --- | --- |\n"

_TOO_LARGE = (
    "**This plan is too large to be shown here.** What has to be reviewed would not fit, and no part of that is left "
    "out. Confirm nothing from here: read the artefact, or split the change."
)


def plan_markdown(shown: PlanView, limit: int = COMMENT) -> str:
    """Give a plan in at most `limit` bytes of UTF-8.

    Left out, with their number, may be what a new role gets that is not sensitive, new texts, notes, the names of
    roles that no file declares and, first of all, the notices to people. Where the rest alone does not fit, no part
    of it is shown but counts.
    """
    whole = fit(tuple(_sections(shown)), limit)
    if whole is not None:
        return whole
    return _refusal(shown, limit)


def _sections(shown: PlanView) -> Iterator[Section]:
    yield _head(shown)
    yield fixed(_effects(shown))
    yield _permissions(
        "\n### Sensitive grants\n\n", "", [(c, p) for c in shown.risks for p in c.permissions if p.sensitive], shown
    )
    yield from _findings(shown)
    yield fixed(_commands(shown))
    yield _permissions(
        "\n### Revocations\n\n", "", [(c, p) for c in shown.changes for p in c.permissions if p.sign == "-"], shown
    )
    yield Section(
        before="\n### Changes\n\n" if shown.changes else "",
        opening=_TABLE,
        items=tuple(Item(text=f"{_row(change)}\n", fixed=not shown.harmless(change)) for change in shown.changes),
    )
    others = [(c, p) for c in shown.changes for p in c.permissions if p.sign == "+" and not p.sensitive]
    yield _permissions(details(f"Other grants ({len(others):,})"), END, others, shown)
    yield _texts(shown)
    yield listed("Notes", [prose(note) for note in shown.plan.notes])
    yield listed("Not managed here, left alone", [code(name) for name in shown.plan.unmanaged])
    yield _notices(shown.notices)


def _head(shown: PlanView) -> Section:
    return head("plan", f"{code(shown.plan.tenant.name)}: {shown.verdict}")


def _effects(shown: PlanView) -> Iterator[str]:
    yield ""
    for reach in shown.reach:
        most = "" if reach.most is None else f", most through {code(reach.most)}"
        yield f"- **{reach.told}**{most}"
    yield f"- {shown.counts}"
    if not shown.plan.complete:
        yield "- **The live state could not be read completely.**"


def _findings(shown: PlanView) -> Iterator[Section]:
    """Give what stops the plan, then, folded, what was confirmed and the warnings; all of it stays."""
    stops = [f for f in shown.findings if f.level is FindingLevel.BLOCK or f in shown.plan.unconfirmed]
    rest = [f for f in shown.findings if f not in stops]
    yield Section(before="\n### Before this can be applied\n\n", items=tuple(map(_finding, stops)))
    yield Section(
        before=details(f"Confirmed and warnings ({len(rest):,})"), items=tuple(map(_finding, rest)), after=END
    )


def _finding(finding: Finding) -> Item:
    about = f" {code(finding.role)}" if finding.role else ""
    return Item(text=f"- **{level_word(finding)}** {finding.guard}{about}: {prose(finding.message)}\n")


def _commands(shown: PlanView) -> Iterator[str]:
    """Give the digest and the next commands, each in a block that can be copied."""
    if not shown.plan.changes:
        return
    *confirmations, apply = shown.steps or ("",)
    yield "\n### Next\n"
    if confirmations:
        yield "Once agreed, record it and commit `confirmations.yaml`:\n"
        yield from fenced(confirmations, "sh")
        yield ""
    if apply:
        yield "What was reviewed is what is applied:\n"
        yield from fenced([apply], "sh")
        yield ""
    yield "Digest:\n"
    yield from fenced([shown.plan.digest])


def _permissions(before: str, after: str, some: list[tuple[ChangeView, PermissionView]], shown: PlanView) -> Section:
    """Give permissions as lines of a diff, which carries colours besides the signs."""
    opening, *lines, closing = fenced((_permission(c, p) for c, p in some), "diff")
    loose = [p.sign == "+" and not p.sensitive and shown.harmless(c) for c, p in some]
    items = (Item(text=f"{told}\n", fixed=not may_go) for told, may_go in zip(lines, loose, strict=True))
    return Section(before=before, opening=f"{opening}\n", items=tuple(items), closing=f"{closing}\n", after=after)


def _permission(change: ChangeView, permission: PermissionView) -> str:
    sensitive = "sensitive" if permission.sensitive else ""
    about = ", ".join(part for part in (sensitive, permission.effect) if part)
    return f"{permission.sign} {change.change.role}  {permission.permission}{'  ' if about else ''}{about}"


def _row(shown: ChangeView) -> str:
    change = shown.change
    owner = "" if change.owner is None else f"; owner: {code(change.owner)}"
    since = "" if change.introduced_by is None else f"; {change.introduced_by}"
    cells = (
        f"{change.action} {code(change.name)}",
        code(change.role),
        str(change.direction),
        f"{shown.effect}{owner}{since}",
        code(f"{change.file}:{change.line}"),
    )
    return f"| {' | '.join(cells)} |"


def _texts(shown: PlanView) -> Section:
    """Give what moves outside the permissions; a new name and where holders go always stay."""
    items = tuple(
        Item(
            text=f"- {code(change.change.role)} {field.path}: {code(field.before)} to {code(field.after)}\n",
            fixed=field.path in {"name", "holders"},
        )
        for change in shown.changes
        for field in change.change.fields
    )
    return Section(before=details(f"Names and texts ({len(items):,})"), items=items, after=END)


def _notices(drafts: Sequence[Notice]) -> Section:
    """Give the messages to paste; they come last, so they are the first to be left out."""
    items = tuple(
        Item(text=("\n" if number else "") + _notice(shortened(draft)), fixed=False)
        for number, draft in enumerate(drafts)
    )
    return Section(before=details(f"Notice to the people affected ({len(items):,})"), items=items, after=END)


def _notice(draft: Notice) -> str:
    lines = (f"Subject: {subject(draft)}", "", *message(draft))
    return "".join(f"{told}\n" for told in (f"{code(draft.name)}: {told_to(draft)}", "", *fenced(lines)))


def _refusal(shown: PlanView, limit: int) -> str:
    """Say that the plan is too large to be shown, and what it counts; sensitive grants come first if they fit."""
    revoked = sum(p.sign == "-" for c in shown.changes for p in c.permissions)
    sensitive = sum(len(c.sensitive_grants) for c in shown.risks)
    summary = shown.plan.summary
    counts = [
        "",
        _TOO_LARGE,
        "",
        f"- {roles(len(shown.plan.changes))} in the plan; {shown.counts}",
        f"- {revoked:,} revocations and {sensitive:,} sensitive grants",
        f"- {summary.block:,} findings that block, {summary.confirm:,} to be confirmed, {summary.warn:,} warnings",
        "",
        "Digest:",
        "",
        *fenced([shown.plan.digest]),
    ]
    risks = [(c, p) for c in shown.risks for p in c.permissions if p.sensitive]
    told = [
        _head(shown),
        fixed(_effects(shown)),
        _permissions("\n### Sensitive grants\n\n", "", risks, shown),
        fixed(counts),
    ]
    whole = "".join(section.shown(0) for section in told)
    if size(whole) <= limit:
        return whole
    return within("".join(section.shown(0) for section in (told[0], told[1], told[3])), limit)
