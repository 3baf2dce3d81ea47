"""What must hold in every run, whatever goes wrong: the numbered sentences of the harness, each with its check.

I-9 and I-10 are about the runs that follow and are checked by the harness itself. I-17 for whole commands is seen on
the tenant's own log in tests/acceptance/test_acceptance_requests.py, I-18 in test_acceptance_reviewed.py and
test_acceptance_workflows_apply.py there. I-15 is checked for crashes that raise; a real kill -9 is not run here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from faults.bench import ADMIN, ORIGIN, SECRET, Run

from reconciler.core.naming import name_key
from reconciler.errors import Exit
from reconciler.model.change import Retire, Update, key_of, permissions_of
from reconciler.model.outcome import Result
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole
from reconciler.operations.plan import Planned

MOST_READS = 40
"""Requests besides the writes that a plan of this size may cost, each try and read-back of each write apart."""
MOST_FOR_A_WRITE = 70
"""Three sendings, five looks each, four tries each, and some room."""
EDITED = "(edited meanwhile)"
"""What the other person's edit adds to a description."""
EDIT_GRANTS = "conversations.merge"
"""What it grants."""


def i01(run: Run, truth: Planned) -> Iterator[str]:
    """Each managed role's full field set is exactly its old or its new value at every instant."""
    allowed: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
    for write in truth.facts.writes:
        if isinstance(write, UpdateRole):
            content = write.content
            allowed.setdefault(write.live.id, []).append((content.name, content.description, content.permissions))
    for state in run.states:
        for role, values in allowed.items():
            found = state.roles.get(role)
            if found is not None and EDITED not in found[1] and found not in (run.before.roles[role], *values):
                yield f"{role} is neither old nor new"


def i02(run: Run, _truth: Planned) -> Iterator[str]:
    """No two roles with the same name or skeleton ever exist."""
    for state in run.states:
        names = [name_key(name) for name, _, _ in state.roles.values()]
        if len(names) != len(set(names)):
            yield "two roles have one name"


def i03(run: Run, truth: Planned) -> Iterator[str]:
    """Roles outside the plan, and fields we do not manage, never change."""
    touched = {w.live.id for w in truth.facts.writes if isinstance(w, UpdateRole | DeleteRole)}
    known = truth.facts.desired.catalogue.keys
    for state in run.states:
        for role, (name, description, held) in run.before.roles.items():
            found = state.roles.get(role)
            if role not in touched and found != (name, description, held) and EDITED not in (found or ("", ""))[1]:
                yield f"{role} is outside the plan and changed"
            if role in touched and found is not None and held - known != found[2] - known:
                yield f"{role} lost or gained what no file can say"


def i04(run: Run, truth: Planned) -> Iterator[str]:
    """Every write belongs to an operation of a plan whose digest was valid when it was sent."""
    if run.writes and (run.planned is None or run.planned.plan.digest != truth.plan.digest):
        yield "wrote for a plan that is not the plan of this tenant"
    asked = {_request_of(write) for write in truth.facts.writes}
    for sent in run.writes:
        if (sent.method, sent.path) not in asked:
            yield f"{sent.method} {sent.path} belongs to no operation"


def i05(run: Run, _truth: Planned) -> Iterator[str]:
    """There is an administrator at every instant, if there was one at the start."""
    if run.before.administrators(run.own) and not all(state.administrators(run.own) for state in run.states):
        yield "nobody can administer roles"


def i06(run: Run, truth: Planned) -> Iterator[str]:
    """No widening is written before every narrowing has happened, but an administrator grant that goes first."""
    narrowed = {
        change.live.id: permissions_of(change.before) - permissions_of(change.after)
        for change in truth.facts.changes
        if isinstance(change, Update) and permissions_of(change.before) - permissions_of(change.after)
    }
    for earlier, sent in zip(run.states, run.sent, strict=False):
        if not sent.effect or sent.method == "GET":
            continue
        open_ = [r for r, lost in narrowed.items() if r in earlier.roles and earlier.roles[r][2] & lost]
        for role, (_, _, held) in sent.after.roles.items():
            gained = held - earlier.roles.get(role, ("", "", frozenset()))[2]
            if gained and ADMIN not in gained and [r for r in open_ if r != role]:
                yield f"{role} was widened before a narrowing had happened"


def i07(run: Run, truth: Planned) -> Iterator[str]:
    """Granted access at any instant is within old and new, for each person."""
    new = {c.live.id: permissions_of(c.after) for c in truth.facts.changes if isinstance(c, Update)}
    joined = [
        next(role.content.permissions for role in truth.facts.desired.roles if role.key == write.joins)
        for write in truth.facts.writes
        if isinstance(write, MoveHolder)
    ]
    moved = {w.live.id: frozenset().union(*joined) for w in truth.facts.writes if isinstance(w, DeleteRole)}
    for state in run.states:
        for person, (_, held) in run.before.people.items():
            either = [run.before.roles[r][2] | new.get(r, frozenset()) | moved.get(r, frozenset()) for r in held]
            edited = any(EDITED in text for _, text, _ in state.roles.values())
            if not edited and not state.can(person) <= frozenset().union(*either):
                yield f"{person} can do what neither end allows"


def i08(run: Run, _truth: Planned) -> Iterator[str]:
    """Check that deletes come last, and only for roles with no members."""
    deleting = False
    for earlier, sent in zip(run.states, run.sent, strict=False):
        if sent.method == "GET":
            continue
        deleting = deleting or sent.method == "DELETE"
        if deleting and sent.method != "DELETE":
            yield "a write follows a deletion"
        role = sent.path.rpartition("/")[2]
        if sent.method == "DELETE" and any(role in held for _, held in earlier.people.values()):
            yield f"{role} is deleted and has members"


def i11(run: Run, _truth: Planned) -> Iterator[str]:
    """Exit 3, 4, 5, 7 and 64 mean that nothing was written; 8 means that something was sent and not all is proved."""
    if run.code in {Exit.INPUT_REJECTED, Exit.REFUSED, Exit.CONFIRMATION, Exit.TENANT_UNREADABLE} and run.writes:
        yield f"exit {run.code} and {len(run.writes)} writes"
    if run.code == Exit.PARTLY_APPLIED and not run.writes:
        yield "exit 8 and no write"


def i12(run: Run, _truth: Planned) -> Iterator[str]:
    """Check that a person's edit between plan and write is never overwritten."""
    edited: set[str] = set()
    for state in run.states:
        edited |= {role for role, (_, text, _) in state.roles.items() if EDITED in text}
        for role in edited:
            _, text, held = state.roles.get(role, ("", EDITED, frozenset({EDIT_GRANTS})))
            if EDITED not in text or EDIT_GRANTS not in held:
                yield f"the edit of {role} was overwritten"


def i13(run: Run, truth: Planned) -> Iterator[str]:
    """Check that requests are bounded, and that a write that had its effect is not sent again."""
    if len(run.sent) > MOST_READS + MOST_FOR_A_WRITE * (len(truth.facts.writes) + 1):
        yield f"{len(run.sent)} requests"
    done: set[tuple[str, str, bytes]] = set()
    for sent in run.writes:
        this = (sent.method, sent.path, sent.payload)
        if this in done:
            yield f"{sent.method} {sent.path} was sent again after its effect"
        if sent.effect and EDITED not in str(sent.after.roles):
            done.add(this)


def i14(run: Run, truth: Planned) -> Iterator[str]:
    """Check that the report equals the truth: what it calls applied is, and what it calls not attempted is not."""
    end, changes = run.states[-1], {key_of(change): change for change in truth.facts.changes}
    found = list(end.roles.values())
    for outcome in run.report.outcomes if run.report else ():
        change = changes.get(outcome.role)
        if change is None:
            yield f"{outcome.role} is in the report and not in the plan"
        elif outcome.result is Result.UNKNOWN:
            continue
        elif isinstance(change, Retire):
            if (change.live.id not in end.roles) != (outcome.result is Result.APPLIED):
                yield f"{outcome.role} is told wrongly"
        elif change.after is not None:
            after = (change.after.name, change.after.description, change.after.permissions)
            if (after in found) != (outcome.result is Result.APPLIED):
                yield f"{outcome.role} is told wrongly"


def i15(run: Run, truth: Planned) -> Iterator[str]:
    """Check that the journal has an entry before every write that was sent, and no more entries than that asks for."""
    # One entry before and one after each operation; the last may lack its second where the process was killed.
    begun = (len(run.journal.entries) + 1) // 2
    sent = {(s.method, s.path, s.payload) for s in run.writes}
    if begun > len(truth.facts.writes) or begun < len(sent):
        yield f"{begun} operations in the journal, {len(sent)} sent"


def i16(run: Run, _truth: Planned) -> Iterator[str]:
    """No request left for another origin, each has the key in its header, and none in address or body."""
    for sent in run.sent:
        if sent.origin != ORIGIN:
            yield f"a request went to {sent.origin}"
        if sent.headers.get("Authorization") != f"Bearer {SECRET}" or SECRET in sent.path + sent.payload.decode():
            yield "the key is somewhere else than in its header"


def i17(run: Run, _truth: Planned) -> Iterator[str]:
    """Planning never writes: every write follows the announcement of the plan."""
    if run.planned is None and run.writes:
        yield "wrote before the plan was announced"


INVARIANTS: dict[str, Callable[[Run, Planned], Iterator[str]]] = {
    f"I-{int(check.__name__[1:])}": check
    for check in (i01, i02, i03, i04, i05, i06, i07, i08, i11, i12, i13, i14, i15, i16, i17)
}


def broken(run: Run, truth: Planned) -> tuple[str, ...]:
    """Give every violation of a run, each beginning with the number of its invariant."""
    return tuple(f"{name}: {text}" for name, check in INVARIANTS.items() for text in check(run, truth))


def _request_of(write: CreateRole | UpdateRole | DeleteRole | MoveHolder) -> tuple[str, str]:
    match write:
        case CreateRole():
            return "POST", "/roles"
        case UpdateRole(live=live):
            return "PATCH", f"/roles/{live.id}"
        case DeleteRole(live=live):
            return "DELETE", f"/roles/{live.id}"
        case MoveHolder(person=person):
            return "PATCH", f"/users/{person.id}"
