"""Say why a role file cannot say a live role, and what to do about it in the product."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.wording import listing
from reconciler.desired.language import load_desired_from
from reconciler.desired.role_text import role_text
from reconciler.desired.text import suspects
from reconciler.errors import InputRejected, Problem, Severity
from reconciler.model.adoption import Reason, Subject
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.state import DesiredState

_NAME_LINE, _DESCRIPTION_LINE = 2, 3
"""Where `role_text` writes the two texts that people chose."""


def faults(subject: Subject, desired: DesiredState) -> tuple[Reason, ...]:
    """Give what the loader has against the file of a live role, alone; nothing where it can be said.

    `desired` gives the lock, and what the settings tolerate.
    """
    catalogue = desired.catalogue
    content = subject.live.content
    hidden = [*_hidden("name", content.name), *_hidden("description", content.description)]
    if hidden:
        return tuple(hidden)
    known = content.permissions & catalogue.keys
    missing = catalogue.closed(known) - known
    if missing:
        return (_not_closed(missing, known, catalogue),)
    try:
        text = role_text(subject, catalogue).encode("utf-8")
        load_desired_from([(subject.path, text)], catalogue, desired.tolerated)
    except InputRejected as rejected:
        return reasons(rejected.problems)
    return ()


def _not_closed(missing: PermissionSet, known: PermissionSet, catalogue: Catalogue) -> Reason:
    """Say that the lock takes something for part of something else, and the tenant does not."""
    bringing = [key for key in known if catalogue.below.get(key, frozenset()) & missing]
    return Reason(
        code="adopt.implied",
        message=f"It has {listing(bringing)} without {listing(missing)}, which comes with it as the lock says",
        fix="Take over what the tenant says of its permissions: reconciler catalogue --update",
    )


def reasons(problems: tuple[Problem, ...]) -> tuple[Reason, ...]:
    """Tell problems of a file that we wrote ourselves as what to do in the product, where the role comes from."""
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    return tuple(Reason(code=p.code, message=p.message, fix=_fix(p)) for p in errors)


def _hidden(field: str, text: str) -> Iterator[Reason]:
    """Find characters that no file may hold; the loader would tell their place in a file that does not exist."""
    for found in suspects(text, limit=1):
        yield Reason(
            code=found.code, message=f"In the {field}: {found.message}", fix=f"Type the {field} again in the product"
        )


def _fix(problem: Problem) -> str:
    if problem.code == "role.standard-unknown":
        return "Add the role to standard_roles in schemas/permissions.yaml, once its name is checked"
    if problem.code == "role.standard-missing":
        return "Rename the role in the product; the name belongs to a standard role"
    if problem.line == _NAME_LINE:
        return "Rename the role in the product"
    if problem.line == _DESCRIPTION_LINE:
        return "Give it another description in the product"
    return f"{problem.fix}, in the product"
