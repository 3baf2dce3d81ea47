"""A listing is proved complete, or it is an error; it is never a part."""

from __future__ import annotations

import pytest
from fakes.clock import FakeClock
from fakes.support import a_reader, error_json, page_json, role_json
from fakes.wire import ScriptedServer, Step, reply

from reconciler.errors import LiveIncomplete, TenantAnswerUnusable, TenantFaulted, TenantUnreachable
from reconciler.tenants import pages

pytestmark = pytest.mark.sockets

ONE, TWO, THREE = role_json("rol_1"), role_json("rol_2"), role_json("rol_3")


def page(cursor: str | None, body: object) -> Step:
    """Expect one page to be asked for, after `cursor`."""
    after = f"&cursor={cursor}" if cursor else ""
    return Step(request=f"GET /roles?limit=100{after}", reply=reply(200, body))


def test_a_listing_of_several_pages_is_one_listing() -> None:
    """Pages are followed until the last, and the numbers add up."""
    steps = (
        page(None, page_json([ONE], total=3, cursor="a")),
        page("a", page_json([TWO], total=3, cursor="b")),
        page("b", page_json([THREE], total=3)),
    )
    with ScriptedServer(*steps) as server:
        assert len(a_reader(server.url).roles()) == 3


@pytest.mark.parametrize(
    ("first", "rest", "words"),
    [
        (page_json([ONE], total=42), [], "1 of 42"),
        (page_json([ONE, TWO], total=1), [], "2 of 1"),
        (page_json([ONE, ONE], total=2), [], "1 of 2 arrived, as 1 came twice"),
        (page_json([ONE], total=2, cursor="a"), [page("a", page_json([ONE], total=2))], "came twice"),
        (page_json([ONE], total=2, cursor="a"), [page("a", page_json([TWO], total=3))], "from 2 to 3"),
        (page_json([ONE], total=9, cursor="a"), [page("a", page_json([TWO], total=9, cursor="a"))], "in a circle"),
        (page_json([], total=9, cursor="a"), [], "in a circle after 0 of 9"),
        (page_json([], total=1), [], "0 of 1"),
    ],
)
def test_numbers_that_do_not_add_up_are_read_again_once(first: object, rest: list[Step], words: str) -> None:
    """After two readings that contradict themselves both numbers are told."""
    once = [page(None, first), *rest]
    with ScriptedServer(*once, *once) as server, pytest.raises(LiveIncomplete, match=words):
        a_reader(server.url).roles()


def test_a_cursor_loop_of_three_ends() -> None:
    """A cursor that comes a second time is the end, however long the circle."""
    circle = [
        page(None, page_json([ONE], total=9, cursor="a")),
        page("a", page_json([TWO], total=9, cursor="b")),
        page("b", page_json([THREE], total=9, cursor="a")),
    ]
    with ScriptedServer(*circle, *circle) as server, pytest.raises(LiveIncomplete, match="circle after 3 of 9"):
        a_reader(server.url).roles()


def test_a_listing_that_moved_once_is_read_again() -> None:
    """A role deleted between two pages costs a second reading, not the plan."""
    steps = (
        page(None, page_json([ONE], total=3, cursor="a")),
        page("a", page_json([THREE], total=2)),
        page(None, page_json([ONE, THREE], total=2)),
    )
    with ScriptedServer(*steps) as server:
        assert [role.id for role in a_reader(server.url).roles()] == ["rol_1", "rol_3"]


def test_endless_pages_end_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenant cannot keep a reader busy for ever."""
    monkeypatch.setattr(pages, "MAX_PAGES", 2)
    steps = [
        page(None, page_json([ONE], total=9, cursor="a")),
        page("a", page_json([TWO], total=9, cursor="b")),
    ]
    with ScriptedServer(*steps, *steps) as server, pytest.raises(LiveIncomplete, match="more than 2 pages, 2 of 9"):
        a_reader(server.url).roles()


def test_a_missing_last_page_is_no_listing() -> None:
    """Six good pages and a fault give an error, not six pages."""
    fault = Step(request="GET /roles?limit=100&cursor=a", reply=reply(500, error_json("oops")))
    with (
        ScriptedServer(page(None, page_json([ONE], total=2, cursor="a")), fault, fault, fault, fault) as server,
        pytest.raises(TenantFaulted),
    ):
        a_reader(server.url).roles()


def test_a_passing_fault_on_a_page_costs_that_page_only() -> None:
    """A page is asked again by itself."""
    steps = (
        page(None, page_json([ONE], total=2, cursor="a")),
        Step(request="GET /roles?limit=100&cursor=a", reply=reply(503)),
        page("a", page_json([TWO], total=2)),
    )
    with ScriptedServer(*steps) as server:
        assert len(a_reader(server.url).roles()) == 2


def test_the_whole_listing_has_one_budget() -> None:
    """Waits on every page add up to no more than the time for one read."""
    clock = FakeClock()
    steps = (
        Step(request="GET /roles?limit=100", reply=reply(503, Retry_After="200")),
        page(None, page_json([ONE], total=2, cursor="a")),
        Step(request="GET /roles?limit=100&cursor=a", reply=reply(503, Retry_After="200")),
    )
    with ScriptedServer(*steps) as server, pytest.raises((TenantFaulted, TenantUnreachable)):
        a_reader(server.url, clock=clock).roles()

    assert clock.sleeps == [200.0]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, r"\$\.total is missing"),
        ({"data": [], "next_cursor": None}, r"\$\.total is missing"),
        ({"next_cursor": None, "total": 0}, r"\$\.data is missing"),
        ({"data": [], "total": 0}, r"\$\.next_cursor is missing"),
        ({"data": {}, "next_cursor": None, "total": 0}, r"\$\.data is an object"),
        ({"data": [ONE], "next_cursor": 7, "total": 2}, r"\$\.next_cursor is a number"),
        ({"data": [ONE], "next_cursor": "", "total": 2}, r"\$\.next_cursor is a text"),
        ({"data": [{}], "next_cursor": None, "total": 1}, r"\$\.data\[0\]\.id is missing"),
        ({"data": [], "next_cursor": None, "total": "0"}, r"\$\.total is a text"),
    ],
)
def test_a_page_of_another_shape_names_the_place(body: object, place: str) -> None:
    """`{}` is not "no roles"."""
    with ScriptedServer(page(None, body)) as server, pytest.raises(TenantAnswerUnusable, match=place):
        a_reader(server.url).roles()
