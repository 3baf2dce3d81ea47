"""Rows 152 to 167: lists that are not whole, and reads that lag behind."""

from __future__ import annotations

from acceptance.desk import Desk, Ran
from catalogue.duties import Watched
from catalogue.rows import Row
from catalogue.telling import row
from catalogue.twisting import LiveCase, Told, Twist, listing

from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.records import Author, RoleDraft
from reconciler.sandbox.tenant import opened_store
from reconciler.tenants.clock import SystemClock

ROUND = {None: "a", "a": "b", "b": "c", "c": "a"}


def _round_and_round(told: Told) -> None:
    cursor = told.query.get("cursor")
    told.status = 200
    told.document = {"data": [_role(f"Role {cursor}")], "next_cursor": ROUND[cursor], "total": 1000}


def _nothing_but_cursors(told: Told) -> None:
    told.status = 200
    told.document = {"data": [], "next_cursor": f"c{told.number}", "total": 1000}


def _role(name: str) -> dict[str, object]:
    return {
        "id": f"rol_{name.replace(' ', '_')}",
        "name": name,
        "description": "",
        "kind": "custom",
        "editable": True,
        "permissions": [],
        "user_count": 0,
        "etag": '"1"',
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }


def _every_page(change: Twist) -> Twist:
    """Twist the list of roles whatever the tenant said to a cursor that is none of its own."""
    return lambda told: change(told) if (told.method, told.path) == ("GET", "/roles") else None


def _elsewhere(cursor: str) -> Twist:
    def change(told: Told) -> None:
        told.status = 200
        told.headers["Link"] = f'<{cursor}>; rel="next"'
        if "cursor" in told.query:
            told.document = {"data": [], "next_cursor": None, "total": 8}
        else:
            told.document["data"], told.document["next_cursor"] = told.document["data"][:4], cursor

    return _every_page(change)


def _one_skipped(*, reads: int) -> Twist:
    """Leave one role out of the first lists, as where another was deleted between two pages."""

    def change(told: Told) -> None:
        if told.number <= reads:
            del told.document["data"][3]

    return listing(change)


def _one_more_than_sent(told: Told) -> None:
    told.document["total"] += 1


def _last_page_broken(told: Told) -> None:
    if "cursor" in told.query:
        told.status, told.document = 500, {"error": {"code": "internal", "message": "no", "details": {}}}
    else:
        told.document["data"], told.document["next_cursor"] = told.document["data"][:6], "rest"


def _custom_only(told: Told) -> None:
    told.document["data"] = [role for role in told.document["data"] if role["kind"] == "custom"]
    told.document["total"] = len(told.document["data"])


def _without_one_standard_role(told: Told) -> None:
    told.document["data"] = [role for role in told.document["data"] if role["name"] != "Reader"]
    told.document["total"] = len(told.document["data"])


def _joiners(desk: Desk, people: int) -> None:
    """Give the role Agent to people who have neither of the roles that keep bulk close."""
    with opened_store(desk.folder / ".reconciler") as store:
        agent = store.roles.named("Agent")
        billing = store.roles.named("Billing Specialist")
        assert agent is not None
        assert billing is not None
        holders = store.users.page(after=0, limit=100, role_id=billing.id).entries[:people]
        for person in holders:
            ids = frozenset(person.role_ids) | {agent.id}
            store.users.assign(person.id, ids, Author(actor="somebody", at=SystemClock().now()))


def _confirmed_then_joined(desk: Desk) -> None:
    desk.confirm_all()
    _joiners(desk, 14)


def _confirmed_with_room_then_joined(desk: Desk) -> None:
    desk.replace("reconciler.yaml", "people: 25%", "people: 100%")
    (finding,) = [f["confirmation"] for f in desk.plan()["findings"] if f["confirmation"]]
    assert desk.run("confirm", finding, "--reason", "announced", "--people-at-most", "60").code == 0
    _joiners(desk, 14)


def _confirmed(desk: Desk) -> None:
    desk.confirm_all()


def _narrowed_and_edited(desk: Desk) -> None:
    """Leave one change to make: the description of Agent."""
    desk.settle()
    desk.replace("roles/standard/agent.yaml", "description: ", "description: Newly told. ")


def _retiring(desk: Desk) -> None:
    """Let the next apply do nothing but delete one role."""
    desk.settle()
    with opened_store(desk.folder / ".reconciler") as store:
        pilot = RoleDraft(name="Pilot", description="Nobody has it", permissions=frozenset())
        store.roles.create(pilot, Author(actor="somebody", at=SystemClock().now()))
    desk.write("roles/pilot.yaml", "name: Pilot\ndescription: The trial has ended\nretired: true\n")
    desk.confirm_all()


def _sent_once(watched: Watched, _ran: Ran) -> None:
    """Check that no write had its effect twice: no two entries of the tenant's log are about one state."""
    entries = [(entry.action, str(entry.after)) for entry in watched.desk.writes()]
    assert len(entries) == len(set(entries))


def _one_of_each_name(watched: Watched, ran: Ran) -> None:
    _sent_once(watched, ran)
    with opened_store(watched.desk.folder / ".reconciler") as store:
        names = [role.name for role in store.roles.page(after=0, limit=100).entries]
    assert len(names) == len(set(names))


def _is_kept(watched: Watched, _ran: Ran) -> None:
    """Check that what somebody else wrote is still there."""
    role = watched.desk.role("Agent")
    assert role is not None
    assert role.description.endswith("(edited meanwhile)")


def _is_unknown(watched: Watched, ran: Ran) -> None:
    _one_of_each_name(watched, ran)
    results = [outcome["result"] for outcome in ran.data["report"]["outcomes"]]
    assert (results.count("unknown"), results.count("failed")) == (1, 0)


APPLY = ("apply", "--yes", "--format", "json")


def stale(nth: int, times: int, path: str = "/roles/*") -> Fault:
    """Let reads show the moment before the latest write."""
    return Fault(kind=FaultKind.STALE_READ, method="GET", path=path, nth=nth, times=times)


LOST_ANSWER = Fault(kind=FaultKind.DROP_AFTER, method="POST")
INCOMPLETE = "live.incomplete"

CASES: tuple[LiveCase, ...] = (
    LiveCase(row=152, slug="cursors-in-a-loop-of-three", exit=7, code=INCOMPLETE, twist=_every_page(_round_and_round)),
    LiveCase(row=152, slug="new-cursors-without-end", exit=7, code=INCOMPLETE, twist=_every_page(_nothing_but_cursors)),
    *(
        LiveCase(row=153, slug=f"next-page-{slug}", exit=7, twist=_elsewhere(cursor))
        for slug, cursor in (
            ("on-another-host", "http://elsewhere.example/api/v1/roles?cursor=2"),
            ("of-another-scheme", "file:///etc/passwd"),
            ("on-another-port", "http://127.0.0.1:9/api/v1/roles"),
            ("further-up", "../../../users"),
        )
    ),
    LiveCase(row=155, slug="skipped-once", exit=0, twist=_one_skipped(reads=1)),
    LiveCase(
        row=155, slug="skipped-every-time", exit=7, code=INCOMPLETE, says=("7 of 8",), twist=_one_skipped(reads=9)
    ),
    LiveCase(
        row=156, slug="total-too-high", exit=7, code=INCOMPLETE, says=("8 of 9",), twist=listing(_one_more_than_sent)
    ),
    LiveCase(row=158, slug="last-page-broken", exit=7, code="tenant.fault", twist=_every_page(_last_page_broken)),
    LiveCase(row=158, slug="last-page-broken-for-apply", exit=7, twist=_every_page(_last_page_broken), command=APPLY),
    LiveCase(row=159, slug="no-standard-role-listed", exit=7, code=INCOMPLETE, twist=listing(_custom_only)),
    LiveCase(
        row=159,
        slug="one-standard-role-hidden",
        exit=4,
        code="standard",
        twist=listing(_without_one_standard_role),
        command=("plan", "--format", "json"),
    ),
    LiveCase(
        row=161,
        slug="list-of-yesterday",
        exit=6,
        arrange=_narrowed_and_edited,
        command=APPLY,
        check=_is_kept,
        faults=(
            Fault(kind=FaultKind.SECOND_WRITER, method="GET", path="/roles"),
            stale(1, 1, "/roles"),
        ),
        heals=False,
    ),
    LiveCase(
        row=162,
        slug="old-for-three-reads",
        exit=0,
        arrange=Desk.confirm_all,
        command=APPLY,
        check=_sent_once,
        faults=(stale(1, 3),),
    ),
    LiveCase(
        row=162,
        slug="old-for-good",
        exit=8,
        arrange=Desk.confirm_all,
        command=APPLY,
        check=_sent_once,
        faults=(stale(1, 99),),
    ),
    LiveCase(
        row=164,
        slug="created-and-not-listed-for-a-while",
        exit=0,
        arrange=Desk.confirm_all,
        command=APPLY,
        check=_one_of_each_name,
        faults=(LOST_ANSWER, stale(2, 3, "/roles")),
    ),
    LiveCase(
        row=164,
        slug="created-and-not-listed",
        exit=8,
        arrange=Desk.confirm_all,
        command=APPLY,
        check=_is_unknown,
        faults=(LOST_ANSWER, stale(2, 99, "/roles")),
    ),
    LiveCase(
        row=164,
        slug="created-and-found-by-id",
        exit=0,
        arrange=Desk.confirm_all,
        command=APPLY,
        check=_one_of_each_name,
        faults=(stale(2, 99, "/roles"),),
    ),
    LiveCase(
        row=165, slug="deleted-and-shown-for-a-while", exit=0, arrange=_retiring, command=APPLY, faults=(stale(1, 3),)
    ),
    LiveCase(row=165, slug="deleted-and-shown", exit=8, arrange=_retiring, command=APPLY, faults=(stale(1, 99),)),
    LiveCase(
        row=167,
        slug="more-people-than-confirmed",
        exit=5,
        code="confirmation",
        says=("56",),
        arrange=_confirmed_then_joined,
        command=("apply", "--yes"),
        heals=False,
    ),
    LiveCase(
        row=167,
        slug="more-people-within-what-was-confirmed",
        exit=0,
        arrange=_confirmed_with_room_then_joined,
        command=APPLY,
    ),
)

ROWS: tuple[Row, ...] = (
    row(
        152,
        "cursors in a loop of three; new cursors without end",
        "7",
        "`live.incomplete`",
        "wire/test_wire_pages.py::test_endless_pages_end_at_the_cap",
    ),
    row(
        153,
        "a next page on another host, port or scheme, or further up",
        "7",
        "`live.incomplete` or `tenant.answer`",
        reason="A page is asked for by the cursor alone, as a parameter of our own address; links are not read",
    ),
    row(
        155,
        "an item skipped, as another was deleted meanwhile",
        "0; 7",
        "read once more; `live.incomplete`",
        "wire/test_wire_pages.py::test_a_listing_that_moved_once_is_read_again",
    ),
    row(156, "a total that is not what arrived", "7", "`live.incomplete` with both numbers"),
    row(158, "the last page is missing", "7", "`tenant.fault`, and no plan of the rest"),
    row(
        159,
        "standard roles left out of the list",
        "7; 4",
        "`live.incomplete` where all are; `standard` where one that a file declares is",
    ),
    row(
        161,
        "a list that is older than the tenant",
        "6",
        "`stale`, and the newer value stays",
        reason="Versions have no order here, so neither is the newer one; the precondition of the write tells",
    ),
    row(
        162,
        "old answers to reads after a write",
        "0; 8",
        "read again until the window is over; then failed, and sent once",
    ),
    row(164, "a role created and not listed", "0; 8", "found by its id or by its name; unknown, and never made twice"),
    row(165, "a role deleted and still shown", "0; 8", "read again until the window is over"),
    row(167, "more people than were confirmed", "5; 0", "`confirmation`; within the number, it counts"),
)
