"""What must hold in every run, whatever goes wrong: the numbered sentences of the harness, each with its check.

What somebody else writes while a run is under way is known from the tenant's own log and taken as it comes. I-9 and
I-10 are about the runs that follow and are checked where those are made. docs/threat-model.md has the table of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from faults.bench import ORIGIN, SECRET
from faults.record import ADMIN, Run, Sent, State

from reconciler.core.naming import name_key
from reconciler.errors import Exit
from reconciler.model.change import Create, Retire, Update, key_of, permissions_of
from reconciler.model.outcome import Result
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole
from reconciler.operations.plan import Planned

MOST_READS = 40
"""Requests besides the writes that a plan of this size may cost, each try and read-back of each write apart."""
MOST_FOR_A_WRITE = 70
"""Three sendings, five looks each, four tries each, and some room."""
NOTHING: frozenset[str] = frozenset()
NEVER_WRITING = {Exit.INPUT_REJECTED, Exit.REFUSED, Exit.CONFIRMATION, Exit.TENANT_UNREADABLE, Exit.USAGE}


def i01(run: Run, truth: Planned) -> Iterator[str]:
    """Each managed role's full field set is exactly its old or its new value at every instant."""
    allowed: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
    for write in truth.facts.writes:
        if isinstance(write, UpdateRole):
            content = write.content
            allowed.setdefault(write.live.id, []).append((content.name, content.description, content.permissions))
    for _, sent in run.steps:
        for role, values in allowed.items():
            found = sent.after.roles.get(role)
            if found is not None and role not in sent.others and found not in (run.before.roles[role], *values):
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
    moved = {w.person.id for w in truth.facts.writes if isinstance(w, MoveHolder)}
    known = truth.facts.desired.catalogue.keys
    for _, sent in run.steps:
        for role, before in run.before.roles.items():
            found = sent.after.roles.get(role)
            if role in sent.others:
                continue
            if role not in touched and found != before:
                yield f"{role} is outside the plan and changed"
            if role in touched and found is not None and before[2] - known != found[2] - known:
                yield f"{role} lost or gained what no file can say"
        for person, held in run.before.people.items():
            if person not in moved | sent.others and sent.after.people.get(person) != held:
                yield f"{person} is outside the plan and changed"


def i04(run: Run, truth: Planned) -> Iterator[str]:
    """Every write belongs to an operation of a plan whose digest was valid, and confirmed, when it was sent."""
    if run.writes and (run.planned is None or run.planned.plan.digest != truth.plan.digest):
        yield "wrote for a plan that is not the plan of this tenant"
    if run.writes and (truth.plan.blocked or truth.plan.unconfirmed):
        yield "wrote though a guard stops this plan"
    asked = {_request_of(write) for write in truth.facts.writes}
    for sent in run.writes:
        if (sent.method, sent.path) not in asked:
            yield f"{sent.method} {sent.path} belongs to no operation"


def i05(run: Run, truth: Planned) -> Iterator[str]:
    """No write of ours leaves fewer administrators than required, or than there were right before it.

    Who is taken away by somebody else after the administrators were counted again for this very write is not seen, and
    who was before it not where the tenant lags.
    """
    required = max(1, truth.facts.effective.min_administrators)
    for sent in run.sent:
        if sent.effect and not _people_touched_unseen(run, sent):
            before, after = sent.before.administrators(run.own), sent.after.administrators(run.own)
            if after < min(required, before):
                yield f"{sent.method} {sent.path} left {after} of {before} administrators"


def i06(run: Run, truth: Planned) -> Iterator[str]:
    """No widening is written before every narrowing has happened, but an administrator grant that goes first.

    A role that loses and gains in one change is one write, and counts as a narrowing.
    """
    narrowed = {
        change.live.id: permissions_of(change.before) - permissions_of(change.after)
        for change in truth.facts.changes
        if isinstance(change, Update) and permissions_of(change.before) - permissions_of(change.after)
    }
    for earlier, sent in run.steps:
        if not sent.effect:
            continue
        open_ = [r for r, lost in narrowed.items() if r in earlier.roles and earlier.roles[r][2] & lost]
        for role, gained in _gained(earlier, sent):
            free = role in sent.others or ADMIN in gained or role in narrowed
            if not free and [r for r in open_ if r != role]:
                yield f"{role} was widened before a narrowing had happened"


def i07(run: Run, truth: Planned) -> Iterator[str]:
    """Granted access at any instant is within old and new, for each person."""
    new = {c.live.id: permissions_of(c.after) for c in truth.facts.changes if isinstance(c, Update)}
    after = {role.key: role.content.permissions for role in truth.facts.desired.roles}
    kept = {m.role.key: m.live.content.permissions for m in truth.facts.matching.matched}
    joins: dict[str, frozenset[str]] = {}
    for write in truth.facts.writes:
        if isinstance(write, MoveHolder):
            gives = after[write.joins] | kept.get(write.joins, NOTHING)
            joins[write.person.id] = joins.get(write.person.id, NOTHING) | gives
    for _, sent in run.steps:
        for person, (_, held) in run.before.people.items():
            if person in sent.others:
                continue
            either = [run.before.roles[r][2] | new.get(r, NOTHING) for r in held]
            theirs = [sent.after.roles[r][2] for r in sent.others if r in sent.after.roles]
            if not sent.after.can(person) <= joins.get(person, NOTHING).union(*either, *theirs):
                yield f"{person} can do what neither end allows"


def i08(run: Run, _truth: Planned) -> Iterator[str]:
    """Check that deletes come last, and only for roles with no members."""
    deleting = False
    for earlier, sent in run.steps:
        if sent.method == "GET":
            continue
        deleting = deleting or sent.method == "DELETE"
        if deleting and sent.method != "DELETE" and not sent.landed:
            yield "a write follows a deletion"
        role = sent.path.rpartition("/")[2]
        if sent.method == "DELETE" and sent.effect and any(role in held for _, held in earlier.people.values()):
            yield f"{role} is deleted and has members"


def i11(run: Run, _truth: Planned) -> Iterator[str]:
    """Exit 3, 4, 5, 7 and 64 mean that nothing was written; 8 means that something was sent and not all is proved."""
    results = {outcome.result for outcome in run.report.outcomes} if run.report else set()
    if run.code in NEVER_WRITING and run.writes:
        yield f"exit {run.code} and {len(run.writes)} writes"
    if run.code == Exit.STALE and any(sent.effect for sent in run.writes):
        yield "exit 6 and something was written"
    if run.code == Exit.PARTLY_APPLIED and (not run.writes or results <= {Result.APPLIED}):
        yield f"exit 8 and {len(run.writes)} writes, all of them proved"
    if run.code == Exit.DONE and not results <= {Result.APPLIED}:
        yield "exit 0 and not everything is proved"


def i12(run: Run, _truth: Planned) -> Iterator[str]:
    """Check that a person's edit between the plan's reading and a write is never overwritten."""
    first = next((sent.number for sent in run.writes), 0)
    read = max((s.number for s in run.sent if s.path == "/roles" and s.number < first), default=0)
    earlier = next((sent.others for sent in run.sent if sent.number == read), NOTHING)
    for sent in run.sent:
        written = sent.path.rpartition("/")[2]
        if sent.method != "GET" and sent.effect and written in sent.others - earlier:
            yield f"{sent.method} of {written} overwrote what somebody else had written"


def i13(run: Run, truth: Planned) -> Iterator[str]:
    """Check that requests are bounded, and that a write that had its effect is not sent again."""
    if run.arrivals > MOST_READS + MOST_FOR_A_WRITE * (len(truth.facts.writes) + 1):
        yield f"{run.arrivals} requests"
    done: set[tuple[str, str, bytes]] = set()
    for sent in run.writes:
        this = (sent.method, sent.path, sent.payload)
        if this in done:
            yield f"{sent.method} {sent.path} was sent again after its effect"
        if sent.effect:
            done.add(this)


def i14(run: Run, truth: Planned) -> Iterator[str]:
    """Check that the report equals the truth: what it calls applied is, and what it calls not attempted is not."""
    end, changes = run.states[-1], {key_of(change): change for change in truth.facts.changes}
    found = [role for key, role in end.roles.items() if key not in run.others]
    theirs = {name_key(end.roles[key][0]) for key in run.others & end.roles.keys()}
    for outcome in run.report.outcomes if run.report else ():
        change = changes.get(outcome.role)
        if change is None:
            yield f"{outcome.role} is in the report and not in the plan"
        elif outcome.result is Result.UNKNOWN or (not isinstance(change, Create) and change.live.id in run.others):
            continue
        elif isinstance(change, Retire):
            if (change.live.id not in end.roles) != (outcome.result is Result.APPLIED):
                yield f"{outcome.role} is told wrongly"
        elif change.after is not None and name_key(change.after.name) not in theirs:
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


def i18(run: Run, _truth: Planned) -> Iterator[str]:
    """Older commits never apply after newer ones: no first write once a newer commit was merged."""
    if run.superseded_at is not None and run.writes and run.superseded_at < run.writes[0].number:
        yield f"wrote though a newer commit was merged before request {run.superseded_at}"


INVARIANTS: dict[str, Callable[[Run, Planned], Iterator[str]]] = {
    f"I-{int(check.__name__[1:])}": check
    for check in (i01, i02, i03, i04, i05, i06, i07, i08, i11, i12, i13, i14, i15, i16, i17, i18)
}


def broken(run: Run, truth: Planned) -> tuple[str, ...]:
    """Give every violation of a run, each beginning with the number of its invariant."""
    return tuple(f"{name}: {text}" for name, check in INVARIANTS.items() for text in check(run, truth))


def _people_touched_unseen(run: Run, sent: Sent) -> bool:
    """Say whether somebody else touched people where the count for a write could not see it.

    That is between its first list and the effect of the write, or at any time where a list of it came from earlier.
    """
    requests = {each.number: each for each in run.sent if not each.landed}

    def before(number: int, path: str) -> int:
        while number in requests and requests[number].method == "GET" and fnmatchcase(requests[number].path, path):
            number -= 1
        return number

    first, place = None, sent.number - 1
    # A count reads a role and then its holders, role after role; the lists of the plan follow no single role.
    while (role := before(place, "/users")) < place and (end := before(role, "/roles/*")) < role:
        first, place = role + 1, end
    if first is None:
        return False
    lagged = any(requests[number].lagged for number in range(first, sent.number))
    seen = frozenset() if lagged else requests[first].others
    return bool((sent.others - seen) & run.before.people.keys())


def _gained(earlier: State, sent: Sent) -> Iterator[tuple[str, frozenset[str]]]:
    for role, (_, _, held) in sent.after.roles.items():
        gained = held - earlier.roles.get(role, ("", "", NOTHING))[2]
        if gained:
            yield role, gained


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
