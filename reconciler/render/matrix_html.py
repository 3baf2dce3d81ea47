"""The matrix as one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.wording import roles
from reconciler.model.matrix import Mark, Matrix, MatrixGroup, MatrixRole
from reconciler.render.matrix import counts_of, difference
from reconciler.render.page import page, text

_STYLE = """
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 1.5rem; }
table { border-collapse: separate; border-spacing: 0; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: bottom; }
td { text-align: center; }
thead th { position: sticky; top: 0; z-index: 2; background: Canvas; max-width: 11rem; overflow-wrap: anywhere; }
tbody th { position: sticky; left: 0; z-index: 1; background: Canvas; font-weight: normal; }
tbody th.group { font-weight: bold; padding-top: .8rem; }
thead th:first-child { left: 0; z-index: 3; }
small { font-weight: normal; opacity: .75; }
.off { opacity: .35; }
.grant { background: #2a82; color: #0a5c2b; font-weight: bold; }
.revoke { background: #c332; color: #a31515; font-weight: bold; }
@media (prefers-color-scheme: dark) { .grant { color: #7ee2a8; } .revoke { color: #ff9d9d; } }
"""

_CLASSES = {Mark.ON: "on", Mark.OFF: "off", Mark.GRANT: "grant", Mark.REVOKE: "revoke"}


def matrix_html(matrix: Matrix) -> str:
    """Give the whole file; every mark is a sign and a word besides its colour."""
    return page(_title(matrix), _STYLE, _parts(matrix))


def _title(matrix: Matrix) -> str:
    return f"{roles(len(matrix.roles))} by {matrix.permissions:,} permissions"


def _parts(matrix: Matrix) -> Iterator[str]:
    yield f"<h1>{text(_title(matrix))}</h1>\n<p>{text(_told(matrix))}</p>"
    yield f'<table>\n<thead>\n<tr><th scope="col">Permission</th>{"".join(map(_head, matrix.roles))}</tr>\n</thead>'
    for group in matrix.groups:
        yield from _group(group, len(matrix.roles) + 1)
    yield "</table>"


def _told(matrix: Matrix) -> str:
    if not matrix.compared:
        return "As the files say. x granted, . off."
    signs = "x granted, . off, + the file grants it and it is not live yet, - live and not in the file."
    return f"{difference(matrix).capitalize()}. {signs}"


def _head(role: MatrixRole) -> str:
    place = "no file" if role.origin is None else f"{role.origin.path}:{role.origin.line}"
    return f'<th scope="col">{text(role.name)}<br><small>{text(place)}<br>{text(counts_of(role))}</small></th>'


def _group(group: MatrixGroup, columns: int) -> Iterator[str]:
    yield "<tbody>"
    title = text(group.label or "Not in the lock")
    yield f'<tr><th class="group" scope="rowgroup" colspan="{columns}">{title}</th></tr>'
    for row in group.rows:
        sensitive = " · sensitive" if row.sensitive else ""
        marks = "".join(f'<td class="{_CLASSES[m]}" title="{m}">{m.sign}</td>' for m in row.marks)
        about = f"{text(row.label)}{sensitive}"
        yield f'<tr><th scope="row">{text(row.permission)}<br><small>{about}</small></th>{marks}</tr>'
    yield "</tbody>"
