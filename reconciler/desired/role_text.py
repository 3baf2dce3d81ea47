"""Write the file of a live role that no file declares yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from reconciler.core.wording import apart
from reconciler.desired.catalogue import LOCK
from reconciler.desired.form import Form, adjusting_form, whole_form
from reconciler.desired.quoting import scalar, word
from reconciler.desired.reading import escaped
from reconciler.model.adoption import Offer, Subject
from reconciler.model.permission import Catalogue, Category, PermissionSet
from reconciler.model.role import RoleKind

SCHEMA = "schemas/role.schema.json"
"""Where a repository keeps the schema of its role files, seen from the settings file."""

_MARK = f"# Live, and kept as long as {LOCK} does not know it: "


def role_text(
    subject: Subject,
    catalogue: Catalogue,
    *,
    offer: Offer | None = None,
    inherited: PermissionSet | None = None,
) -> str:
    """Give the text of a new file; it says what is live, except permissions that the lock does not know.

    With `inherited`, the permissions of the base that `offer` names, the role is written as based on it; without,
    the offer becomes a comment.
    """
    content = subject.live.content
    lines = [
        schema_line(subject.path),
        f"name: {scalar(content.name)}",
        f"description: {scalar(content.description)}",
    ]
    if offer is not None:
        lines.append(f"based_on: {offer.base}" if inherited is not None else _offer(offer))
    if subject.live.kind is RoleKind.STANDARD:
        lines.append("standard: true")
    entries = list(_permissions(content.permissions, catalogue, inherited))
    lines += ["permissions:", *entries] if entries else ["permissions: {}"]
    lines += _marks(content.permissions - catalogue.keys)
    return "\n".join(lines) + "\n"


def schema_line(path: str) -> str:
    """Give the line by which an editor finds the schema from a role file at `path`."""
    way_up = "../" * (len(PurePosixPath(path).parts) - 1)
    return f"# yaml-language-server: $schema={way_up}{SCHEMA}"


def _permissions(wanted: PermissionSet, catalogue: Catalogue, inherited: PermissionSet | None) -> Iterator[str]:
    """Give the entries below `permissions`; a family stands where its first member is in the catalogue."""
    families = {category.family: None for category in catalogue.categories if category.family is not None}
    for category in catalogue.categories:
        if category.family is None:
            form = _form(category, wanted, inherited)
            yield from form.lines(category.key, "  ") if form is not None else ()
        elif category.family in families:
            del families[category.family]
            yield from _family(category.family, wanted, catalogue, inherited)


def _family(family: str, wanted: PermissionSet, catalogue: Catalogue, inherited: PermissionSet | None) -> Iterator[str]:
    """Give the members of a family that say something; where nothing is inherited, nothing is not said."""
    members = [category for category in catalogue.categories if category.family == family]
    told = [(category, form) for category in members if (form := _form(category, wanted, inherited)) is not None]
    if inherited is None:
        told = [(category, form) for category, form in told if wanted.intersection(p.key for p in category.permissions)]
        if not told:
            yield f"  {word(family)}: none"
    if told:
        yield f"  {word(family)}:"
    for category, form in told:
        yield from form.member_lines(category.member, "    ")


def _form(category: Category, wanted: PermissionSet, inherited: PermissionSet | None) -> Form | None:
    return whole_form(category, wanted) if inherited is None else adjusting_form(category, wanted, inherited)


def _offer(offer: Offer) -> str:
    return f"# based_on: {offer.base} would say this shorter: {apart(offer.grants, offer.revokes)}"


def _marks(unknown: Iterable[str]) -> list[str]:
    """Mark what the file cannot say; the names come from the tenant and could hold anything."""
    return [f"{_MARK}{escaped(key)}" for key in sorted(unknown)]


def without_marks(text: str, known: Iterable[str]) -> str:
    """Take out the marks of permissions that the lock knows by now; every other line stays as it is."""
    over = {f"{_MARK}{key}" for key in known}
    return "".join(line for line in text.splitlines(keepends=True) if line.rstrip("\r\n") not in over)
