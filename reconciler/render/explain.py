"""Explanations, as text with the answer first and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from reconciler.model.explanation import (
    Explanation,
    PermissionExplanation,
    PersonExplanation,
    RoleExplanation,
    Subject,
)
from reconciler.model.person import Contact
from reconciler.render.explain_permission import permission_text
from reconciler.render.explain_person import person_text
from reconciler.render.explain_role import role_text
from reconciler.render.styled import Line, Tone, line, span

_SUBJECTS = {
    RoleExplanation: Subject.ROLE,
    PersonExplanation: Subject.PERSON,
    PermissionExplanation: Subject.PERMISSION,
}


def explanation_text(told: Explanation, contact: Contact | None = None, also: Subject | None = None) -> Iterator[Line]:
    """Give the lines of an explanation; `also` is what else the word could have meant."""
    if isinstance(told, RoleExplanation):
        yield from role_text(told)
    elif isinstance(told, PersonExplanation):
        yield from person_text(told, contact)
    else:
        yield from permission_text(told)
    if also is not None:
        yield ()
        yield line(span("Note: ", Tone.FAINT), f"a {also} is called so too; it is explained with --as {also}")


def explanation_document(told: Explanation, also: Subject | None = None) -> Mapping[str, object]:
    """Give an explanation as data, described in docs/explain.md; never with a name or an address."""
    counts = {"counts": told.counts} if isinstance(told, PersonExplanation) else {}
    return {"format": 1, "subject": _SUBJECTS[type(told)], "also": also, **asdict(told), **counts}
