"""A batch of moves, and a retirement by which a role becomes inactive, keep the invariants whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import pytest
from builders import MemoryJournal
from faults.doubles import KINDS, Product, Run, Step
from faults.products import PRODUCTS, opened

from reconciler.errors import Exit, TenantError
from reconciler.model.change import Retire, key_of
from reconciler.model.outcome import Result
from reconciler.model.person import Person
from reconciler.model.role import LiveRole, RoleId
from reconciler.model.write import DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.operations import execute, moving
from reconciler.operations.plan import Planned
from reconciler.operations.settle import Seen, Settled, Settlement
from reconciler.tenants import zendesk
from reconciler.tenants.zendesk_reading import ZendeskReader

UNTOUCHED = {Exit.INPUT_REJECTED, Exit.REFUSED, Exit.CONFIRMATION, Exit.TENANT_UNREADABLE, Exit.USAGE}


def writes(run: Run) -> list[Step]:
    """Give the requests that ask for a change."""
    return [step for step in run.steps if step.method != "GET" and not step.path.startswith("/oauth/")]


def places(step: Step, truth: Planned) -> list[int]:
    """Give the places of the writes of the plan that a request carries out; none where it is none of them."""
    people = step.query.get("ids", [step.path.rpartition("/")[2]])[0].split(",")
    role = step.path.rpartition("/")[2]

    def carried(write: Write) -> bool:
        match write:
            case MoveHolder(person=person):
                return "/users/" in step.path and step.method == "PUT" and person.id in people
            case UpdateRole(live=live):
                return "roles/" in step.path and step.method == "PUT" and live.id == role and not ends(step)
            case DeleteRole(live=live):
                return "roles/" in step.path and live.id == role and ends(step)
            case _:
                return False

    found = [place for place, write in enumerate(truth.facts.writes, start=1) if carried(write)]
    return found if "/users/" not in step.path or len(found) == len(people) else []


def ends(step: Step) -> bool:
    """Say whether a request retires a role."""
    return step.method == "DELETE" or (isinstance(step.body, dict) and step.body.get("active") is False)


def i04(product: Product, run: Run, truth: Planned) -> Iterator[str]:
    """Every write belongs to a plan with the digest that was reviewed, and moves people where the plan says."""
    if writes(run) and (run.planned is None or run.planned.plan.digest != truth.plan.digest):
        yield "wrote for another plan"
    for step in writes(run):
        if not places(step, truth):
            yield f"{step.method} {step.path} belongs to no operation"
    allowed = {product.night, product.target, product.other}
    for step in run.steps:
        for person, held in step.after.people.items():
            before = step.before.people[person]
            if held != before and not (person in product.holders and held == {product.target} and held <= allowed):
                yield f"{person} was moved elsewhere"


def i08(product: Product, run: Run, _truth: Planned) -> Iterator[str]:
    """Check that a role goes last, and when nobody has it."""
    retired = False
    for step in run.steps:
        if retired and step in writes(run) and not ends(step):
            yield "a write follows the retirement"
        retired = retired or ends(step)
        if product.night in step.before.roles - step.after.roles and any(
            product.night in held for held in step.before.people.values()
        ):
            yield "the role went while people had it"


def i12(product: Product, run: Run, _truth: Planned) -> Iterator[str]:
    """Whom somebody moved elsewhere is not moved by a write that any listing or reading of people came before."""
    if run.edited_before is None:
        return
    person = str(product.holders[-1])
    for step in writes(run):
        people = step.query.get("ids", [step.path.rpartition("/")[2]])[0].split(",")
        between = [s for s in run.steps if run.edited_before <= s.number < step.number and _reads_people(s, person)]
        if "/users/" in step.path and person in people and between:
            yield f"{step.method} {step.path} overwrites what was seen"


def _reads_people(step: Step, person: str) -> bool:
    return step.method == "GET" and step.path.rpartition("/")[2] in {"users", person}


def i14(product: Product, run: Run, truth: Planned) -> Iterator[str]:
    """Check that what the report calls applied is, and what it calls failed or not attempted is not."""
    changes = {key_of(change): change for change in truth.facts.changes}
    with product.kind.open_reader(product.connection) as tenant:
        live: dict[str, LiveRole] = {role.id: role for role in tenant.roles()}
    for outcome in run.report.outcomes if run.report else ():
        change = changes[outcome.role]
        if outcome.result is Result.UNKNOWN:
            continue
        if isinstance(change, Retire):
            done = change.live.id not in live
        else:
            done = live[str(product.target)].content == change.after
        if done != (outcome.result is Result.APPLIED):
            yield f"{outcome.role} is told wrongly as {outcome.result}"


def i11(_product: Product, run: Run, _truth: Planned) -> Iterator[str]:
    """Check that the exit code says whether something was written."""
    results = {outcome.result for outcome in run.report.outcomes} if run.report else set()
    changed = any(step.before != step.after for step in run.steps)
    if run.code in UNTOUCHED and writes(run):
        yield f"exit {run.code} and {len(writes(run))} writes"
    if run.code == Exit.STALE and changed:
        yield "exit 6 and something was written"
    if run.code == Exit.DONE and not results <= {Result.APPLIED}:
        yield "exit 0 and not everything is proved"


def i15(_product: Product, run: Run, truth: Planned) -> Iterator[str]:
    """Before a request leaves, the journal names every write that it carries out."""
    # Who left before the plan was made is no part of it; its digest is about roles and stays.
    for step in writes(run):
        if step.journaled < max(places(step, run.planned or truth), default=0):
            yield f"{step.method} {step.path} left before the journal had it"


CHECKS: tuple[Callable[[Product, Run, Planned], Iterator[str]], ...] = (i04, i08, i11, i12, i14, i15)


def broken(product: Product, run: Run, truth: Planned) -> list[str]:
    """Give every violation of a run with the number of its invariant."""
    return [f"I-{int(check.__name__[1:])}: {text}" for check in CHECKS for text in check(product, run, truth)]


def violations(name: str, fault: str, at: int) -> list[str]:
    """Run with this fault, then again without: give what was violated."""
    with opened(name) as product:
        request, truth = product.asked()
        found = broken(product, product.run(request, truth.plan.digest, fault, at), truth)
        again, truth = product.asked()
        healed = product.run(again, truth.plan.digest)
        found += broken(product, healed, truth)
        if healed.code != Exit.DONE or any(product.night in held for held in product.state().people.values()):
            found.append(f"I-9: the run after it ends with {healed.code}")
        last, quiet = product.asked()
        ended = product.run(last, quiet.plan.digest)
        if ended.code != Exit.DONE or writes(ended):
            found.append(f"I-10: the run after that ends with {ended.code} and {len(writes(ended))} writes")
    return found


def requests_of(name: str) -> int:
    """Give how many requests a run without faults takes."""
    with opened(name) as product:
        request, truth = product.asked()
        return len(product.run(request, truth.plan.digest).steps)


@pytest.mark.parametrize("fault", KINDS)
@pytest.mark.parametrize("name", PRODUCTS)
def test_faults_of_a_product_violate_nothing_at_some_requests(name: str, fault: str) -> None:
    """At every fourth request, each kind beginning elsewhere, the invariants hold, and the next run heals."""
    numbers = range(1 + KINDS.index(fault) % 4, requests_of(name) + 1, 4)
    found = {number: violations(name, fault, number) for number in numbers}

    assert {number: texts for number, texts in found.items() if texts} == {}


@pytest.mark.campaign
@pytest.mark.parametrize("fault", KINDS)
@pytest.mark.parametrize("name", PRODUCTS)
def test_faults_of_a_product_violate_nothing_at_any_request(name: str, fault: str) -> None:
    """Whichever request the fault strikes, the invariants hold, and the next run reaches the state of the files."""
    found = {number: violations(name, fault, number) for number in range(1, requests_of(name) + 1)}

    assert {number: texts for number, texts in found.items() if texts} == {}


def claims_all(patch: pytest.MonkeyPatch) -> None:
    """Call everybody moved whatever became of the request."""

    def wrong(send: Callable[[], None], look: Callable[[], Seen], *_: object) -> Settlement:
        with suppress(TenantError):
            send()
            look()
        return Settlement(settled=Settled.APPLIED, sent=1)

    patch.setattr(moving, "settle", wrong)
    patch.setattr(execute, "settle", wrong)


def retires_first(patch: pytest.MonkeyPatch) -> None:
    """Send the retirement before the moves."""
    cut = execute.batches

    def wrong(writes: tuple[Write, ...], most: int) -> Iterator[tuple[Write, ...]]:
        yield from sorted(cut(writes, most), key=lambda batch: not isinstance(batch[0], DeleteRole))

    patch.setattr(execute, "batches", wrong)


def forgets_the_journal(patch: pytest.MonkeyPatch) -> None:
    """Announce no move."""
    write = MemoryJournal.write

    def wrong(self: MemoryJournal, entry: Mapping[str, object]) -> None:
        if entry.get("request") != "move":
            write(self, entry)

    patch.setattr(MemoryJournal, "write", wrong)


def moves_elsewhere(patch: pytest.MonkeyPatch) -> None:
    """Give the many another role than the one that is asked for."""
    assign = zendesk.ZendeskWriter.assign_many

    def wrong(self: zendesk.ZendeskWriter, people: tuple[Person, ...], _role: RoleId) -> None:
        other = next(role.id for role in self.roles() if role.content.name == "Other")
        assign(self, people, other)

    patch.setattr(zendesk.ZendeskWriter, "assign_many", wrong)


def believes_the_first_listing(patch: pytest.MonkeyPatch) -> None:
    """List the holders again, and go by what the first list said."""
    reading, first = ZendeskReader.holders, dict[RoleId, tuple[Person, ...] | None]()

    def wrong(self: ZendeskReader, role_id: RoleId) -> tuple[Person, ...] | None:
        return first.setdefault(role_id, reading(self, role_id))

    patch.setattr(ZendeskReader, "holders", wrong)


BUGS = (
    (claims_all, "zendesk", "error_before", "I-14"),
    (claims_all, "zendesk", "job_fails", "I-14"),
    (claims_all, "zammad", "timeout_before", "I-14"),
    (retires_first, "zammad", "none", "I-8"),
    (forgets_the_journal, "zendesk", "none", "I-15"),
    (forgets_the_journal, "zammad", "none", "I-15"),
    (moves_elsewhere, "zendesk", "none", "I-4"),
    (believes_the_first_listing, "zendesk", "edit", "I-12"),
)


@pytest.mark.parametrize(
    ("bug", "name", "fault", "number"), BUGS, ids=[f"{bug.__name__}-{name}-{fault}" for bug, name, fault, _ in BUGS]
)
def test_faults_seeded_bug_with_many_people_is_found(
    bug: Callable[[pytest.MonkeyPatch], None], name: str, fault: str, number: str
) -> None:
    """Some request at which the fault strikes shows the bug as a violation of the invariant that forbids it."""
    with pytest.MonkeyPatch.context() as patch:
        bug(patch)
        runs = (first_run(name, fault, at) for at in range(1, 26))

        assert any(text.startswith(f"{number}:") for run in runs for text in run)


def first_run(name: str, fault: str, at: int) -> list[str]:
    """Give what the run with the fault alone violates."""
    with opened(name) as product:
        request, truth = product.asked()
        return broken(product, product.run(request, truth.plan.digest, fault, at), truth)
