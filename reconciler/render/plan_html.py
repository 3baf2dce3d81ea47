"""A plan as one HTML file that loads nothing and runs nothing; nothing is left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.finding import Finding
from reconciler.model.notice import Notice
from reconciler.render.escape import LONGEST
from reconciler.render.notice import message, shortened, subject, told_to
from reconciler.render.page import page, text
from reconciler.render.view import ChangeView, PermissionView, PlanView, level_word

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 1.5rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: top; }
td, li, p { overflow-wrap: anywhere; }
td.sign { font: bold 1rem ui-monospace, monospace; }
tr.grant { background: #2a82; }
tr.revoke { background: #c332; }
pre { padding: .6rem; border: 1px solid #8886; overflow-x: auto; }
.verdict { padding: .4rem .7rem; border-left: .4rem solid; }
.good { border-color: #2a8; }
.care { border-color: #d90; }
.bad { border-color: #c33; }
.faint { opacity: .8; }
"""

Signed = list[tuple[ChangeView, PermissionView]]


def plan_html(shown: PlanView) -> str:
    """Give the whole file; every colour stands beside a sign or a word that says the same."""
    return page(f"{shown.plan.tenant.name}: {shown.verdict}", _STYLE, _parts(shown))


def _parts(shown: PlanView) -> Iterator[str]:
    signed = [(c, p) for c in shown.changes for p in c.permissions]
    yield from _head(shown)
    yield from _permissions("Sensitive grants", [(c, p) for c, p in signed if p.sensitive])
    yield from _findings(shown)
    yield from _commands(shown)
    yield from _permissions("Revocations", [(c, p) for c, p in signed if p.sign == "-"])
    yield from _changes(shown)
    yield from _permissions("Other grants", [(c, p) for c, p in signed if p.sign == "+" and not p.sensitive])
    yield from _texts(shown)
    yield from _listed("Notes", shown.plan.notes, None)
    yield from _listed("Not managed here, left alone", shown.plan.unmanaged, LONGEST)
    yield from _notices(shown.notices)


def _head(shown: PlanView) -> Iterator[str]:
    tone = "good" if not shown.stops else "bad" if shown.plan.blocked else "care"
    yield f"<h1>{text(shown.plan.tenant.name)}</h1>"
    yield f'<p class="verdict {tone}"><strong>{text(shown.verdict)}</strong></p>\n<ul>'
    for reach in shown.reach:
        most = "" if reach.most is None else f", most through {text(reach.most, LONGEST)}"
        yield f"<li><strong>{text(reach.told)}</strong>{most}</li>"
    yield f"<li>{text(shown.counts)}</li>"
    if not shown.plan.complete:
        yield "<li><strong>The live state could not be read completely.</strong></li>"
    yield "</ul>"
    yield '<p class="faint">Names and texts come from the tenant and the files: they are untrusted data.</p>'


def _findings(shown: PlanView) -> Iterator[str]:
    if shown.findings:
        yield "<h2>Findings</h2>\n<ul>"
        yield from map(_finding, shown.findings)
        yield "</ul>"


def _finding(finding: Finding) -> str:
    about = f" {text(finding.role)}" if finding.role else ""
    return f"<li><strong>{level_word(finding)}</strong> {finding.guard}{about}: {text(finding.message)}</li>"


def _commands(shown: PlanView) -> Iterator[str]:
    if shown.plan.changes:
        told = "".join(f"{text(step)}\n" for step in shown.steps)
        yield f"<h2>Next</h2>\n<p>Digest <code>{text(shown.plan.digest)}</code></p>"
        yield f"<pre>{told}</pre>" if told else "<p>A guard blocks: there is nothing to confirm or apply.</p>"


def _permissions(title: str, some: Signed) -> Iterator[str]:
    if some:
        yield f"<h2>{title} ({len(some):,})</h2>"
        yield from _table(("", "role", "permission", "people"), (_permission(c, p) for c, p in some))


def _permission(change: ChangeView, permission: PermissionView) -> str:
    kind = "revoke" if permission.sign == "-" else "grant"
    about = ", ".join(part for part in ("sensitive" if permission.sensitive else "", permission.effect) if part)
    return (
        f'<tr class="{kind}"><td class="sign">{permission.sign}</td><td>{text(change.change.role)}</td>'
        f"<td>{text(permission.permission)}</td><td>{text(about)}</td></tr>"
    )


def _changes(shown: PlanView) -> Iterator[str]:
    if shown.changes:
        yield f"<h2>Changes ({len(shown.changes):,})</h2>"
        yield from _table(("change", "name", "role", "direction", "people", "file"), map(_change, shown.changes))


def _change(shown: ChangeView) -> str:
    change = shown.change
    owner = "" if change.owner is None else f"; owner: {text(change.owner, LONGEST)}"
    since = "" if change.introduced_by is None else f"; {text(change.introduced_by)}"
    cells = (
        str(change.action),
        text(change.name, LONGEST),
        text(change.role),
        str(change.direction),
        f"{text(shown.effect)}{owner}{since}",
        text(f"{change.file}:{change.line}"),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _table(head: Iterable[str], rows: Iterable[str]) -> Iterator[str]:
    cells = "".join(f'<th scope="col">{name}</th>' for name in head)
    yield f"<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>"
    yield from rows
    yield "</tbody>\n</table>"


def _texts(shown: PlanView) -> Iterator[str]:
    rows = [
        f"<tr><td>{text(change.change.role)}</td><td>{text(field.path)}</td>"
        f"<td>{text(field.before)}</td><td>{text(field.after)}</td></tr>"
        for change in shown.changes
        for field in change.change.fields
    ]
    if rows:
        yield f"<details><summary>Names and texts ({len(rows):,})</summary>"
        yield from _table(("role", "what", "before", "after"), rows)
        yield "</details>"


def _listed(title: str, told: Iterable[str], most: int | None) -> Iterator[str]:
    items = [f"<li>{text(each, most)}</li>" for each in told]
    if items:
        yield f"<details><summary>{title} ({len(items):,})</summary>\n<ul>"
        yield from items
        yield "</ul>\n</details>"


def _notices(drafts: Iterable[Notice]) -> Iterator[str]:
    """Give the messages to paste, one after the other."""
    told = [_notice(shortened(draft)) for draft in drafts]
    if told:
        yield f"<details><summary>Notice to the people affected ({len(told):,})</summary>"
        yield from told
        yield "</details>"


def _notice(draft: Notice) -> str:
    lines = (f"Subject: {subject(draft)}", "", *message(draft))
    body = "".join(f"{text(told)}\n" for told in lines)
    return f"<p><strong>{text(draft.name)}</strong>: {told_to(draft)}</p>\n<pre>{body}</pre>"
