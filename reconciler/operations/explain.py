"""Answer a question about a role, a person or a permission, in the fewest requests that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconciler.core.explain import explain_permission, explain_person, explain_role, giving
from reconciler.core.known import Known, known
from reconciler.core.pairs import RolePair
from reconciler.core.subjects import may_be_person, permissions_called, role_called, words
from reconciler.errors import UsageProblem
from reconciler.model.explanation import Explanation, Subject
from reconciler.model.person import Contact, People, Person
from reconciler.model.state import DesiredState
from reconciler.operations.reading import read_live, read_people
from reconciler.ports import Progress, TenantReader

Nearest = Callable[[str, Iterable[str]], str | None]
"""Gives the known word closest to one that is not known."""

_HOLDERS = "Reading who holds the role"
_GIVERS = "Reading who holds the roles that give it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked."""

    word: str
    subject: Subject | None = None
    """What the word is; None to find out: a permission, else a role, else a person."""
    what_if: bool = False
    """Whether the pending plan is taken into account."""
    names: bool = False
    """Whether the person's name and address are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found."""

    explanation: Explanation
    contact: Contact | None = None
    """Name and address of the person; only where they were asked for and could be read."""
    also: Subject | None = None
    """What else the word could mean."""


def explain(
    question: Question, desired: DesiredState, tenant: TenantReader | None, nearest: Nearest, progress: Progress
) -> Answer:
    """Answer `question`; without a tenant, roles and permissions are explained from the files alone.

    Raises `UsageProblem` when the word means nothing here or needs a tenant, a `TenantError` when the tenant
    cannot be read completely, and `InputRejected` when a file could mean two live roles.
    """
    if tenant is None and (question.what_if or question.names or question.subject is Subject.PERSON):
        raise UsageProblem("People and the pending plan are in the tenant", fix="Leave --offline out")
    found = known(desired, None if tenant is None else read_live(tenant, progress))
    permissions = permissions_called(question.word, found) if question.subject in {None, Subject.PERMISSION} else ()
    role = role_called(question.word, found) if question.subject in {None, Subject.ROLE} else None
    if len(permissions) == 1:
        also = None if role is None else Subject.ROLE
        return Answer(explanation=_permission(permissions[0], found, tenant, question, progress), also=also)
    if role is not None:
        return Answer(explanation=_role(role, found, tenant, question, progress))
    if permissions:
        raise UsageProblem(
            f'"{question.word}" is the short name of {len(permissions)} permissions',
            fix=f"Write one of them in full: {', '.join(permissions)}",
        )
    person = _person(question, tenant, progress)
    if person is None or tenant is None:
        raise _nothing(question, found, nearest, read=tenant is not None)
    contact = _contact(person, found, tenant, progress) if question.names else None
    return Answer(explanation=explain_person(found, person, what_if=question.what_if), contact=contact)


def _permission(
    key: str, found: Known, tenant: TenantReader | None, question: Question, progress: Progress
) -> Explanation:
    people = People() if tenant is None else read_people(tenant, giving(found, key), progress, _GIVERS)
    return explain_permission(found, key, people, what_if=question.what_if)


def _role(
    pair: RolePair, found: Known, tenant: TenantReader | None, question: Question, progress: Progress
) -> Explanation:
    ids = (pair.live.id,) if pair.live is not None and pair.live.user_count != 0 else ()
    people = People() if tenant is None else read_people(tenant, ids, progress, _HOLDERS)
    return explain_role(found, pair, people, what_if=question.what_if)


def _person(question: Question, tenant: TenantReader | None, progress: Progress) -> Person | None:
    """Find a person; only what looks like one is looked for unless it was said to be one."""
    if tenant is None or not _asks_for_person(question):
        return None
    progress.stage("Looking through everyone for the address" if "@" in question.word else "Reading the person", 1)
    person = tenant.find_person(question.word)
    progress.advance()
    return person


def _asks_for_person(question: Question) -> bool:
    return question.subject is Subject.PERSON or (question.subject is None and may_be_person(question.word))


def _contact(person: Person, found: Known, tenant: TenantReader, progress: Progress) -> Contact | None:
    """Read name and address from the shortest list that has them; None where the key may not."""
    lengths = {role.id: role.user_count for role in found.live_roles.values() if role.id in person.role_ids}
    if not lengths:
        return None
    shortest = min(lengths, key=lambda role_id: (lengths[role_id] is None, lengths[role_id] or 0, role_id))
    progress.stage("Reading the name", 1)
    contacts = tenant.contacts(shortest) or ()
    progress.advance()
    return next((contact for contact in contacts if contact.id == person.id), None)


def _nothing(question: Question, found: Known, nearest: Nearest, *, read: bool) -> UsageProblem:
    """Say that nothing was found where it was looked for; without the tenant nothing is said of people.

    An address is not repeated, because output is kept in logs.
    """
    subject, person = question.subject, _asks_for_person(question)
    if person and read and "@" in question.word:
        return UsageProblem("Nobody in the tenant has this address", fix="Check the address, or give the person's id")
    if subject is Subject.PERSON:
        return UsageProblem(f'Nobody has the id "{question.word}"', fix="Give the id that the product shows")
    what = str(subject or ("role, permission or person" if person and read else "role or permission"))
    word = "called by this address" if "@" in question.word else f'called "{question.word}"'
    close = nearest(question.word, words(found, roles=what != "permission", permissions=what != "role"))
    if not read:
        why = ", and people are in the tenant" if person else ""
        fix = f'Write "{close}", or leave --offline out' if close else "Leave --offline out"
        return UsageProblem(f"No {what} of the files is {word}{why}", fix=fix)
    listed = "See what there is with `reconciler matrix --all`"
    listed += "; to look for a person, add --as person" if subject is None and not person else ""
    return UsageProblem(f"No {what} is {word}", fix=f'Write "{close}"' if close else listed)
