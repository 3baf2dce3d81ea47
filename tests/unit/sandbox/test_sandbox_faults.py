"""A fault schedule makes exactly the planned requests go wrong, in exactly the planned way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from unit.sandbox.sandbox_client import Answer, Desk, a_desk

from reconciler.errors import UsageProblem
from reconciler.sandbox.faults import Fault, FaultKind, FaultSchedule, SecondWrite
from reconciler.sandbox.injection import ConnectionDropped
from reconciler.sandbox.schedule_file import read_schedule, schedule_from

NEW = {"name": "Quality Reviewer", "description": "Reads along", "permissions": ["conversations.view"]}


def made(desk: Desk) -> bool:
    """Whether the new role exists."""
    return desk.store.roles.named("Quality Reviewer") is not None


def describe(desk: Desk, text: str, name: str = "Agent") -> Answer:
    """Change the description of a role, against its newest tag."""
    role = desk.role(name)
    return desk.call("PATCH", f"/roles/{role.id}", {"description": text}, etag=role.etag)


def test_sandbox_faults_strike_the_nth_request_that_matches() -> None:
    """Method and path select, nth and times count among those selected, and everything else is left alone."""
    fault = Fault(kind=FaultKind.ERROR_BEFORE, method="GET", path="/roles/*", nth=2, times=2)
    with a_desk(fault) as desk:
        path = f"/roles/{desk.role('Agent').id}"

        statuses = [desk.get(p).status for p in ("/me", path, "/roles", path, path, path)]

        assert statuses == [200, 200, 200, 503, 503, 200]
        assert [request.faults for request in desk.app.requests][3] == (FaultKind.ERROR_BEFORE,)


def test_sandbox_faults_latency_passes_before_the_answer() -> None:
    """Latency takes its time on the injected clock and changes nothing else."""
    with a_desk(Fault(kind=FaultKind.LATENCY, seconds=7.5)) as desk:
        assert desk.get("/me").status == 200
        assert desk.clock.sleeps == [7.5]


@pytest.mark.parametrize("text", ["3", "soon", "-1", "", None])
def test_sandbox_faults_rate_limit_has_any_retry_after(text: str | None) -> None:
    """A 429 carries the given text, sensible or not, or no header at all, and has no effect."""
    with a_desk(Fault(kind=FaultKind.RATE_LIMIT, retry_after=text)) as desk:
        answer = desk.call("POST", "/roles", NEW)

        assert (answer.status, answer.code) == (429, "rate_limited")
        assert answer.headers.get("Retry-After") == text
        assert not made(desk)


@pytest.mark.parametrize(("kind", "effect"), [(FaultKind.ERROR_BEFORE, False), (FaultKind.ERROR_AFTER, True)], ids=str)
def test_sandbox_faults_server_error_with_and_without_effect(kind: FaultKind, effect: bool) -> None:
    """A 5xx looks the same whether the write happened or not, and the log knows which."""
    with a_desk(Fault(kind=kind, status=502)) as desk:
        answer = desk.call("POST", "/roles", NEW)

        assert (answer.status, answer.code) == (502, "internal")
        assert made(desk) is effect
        assert bool(desk.app.writes) is effect


@pytest.mark.parametrize(
    ("status", "code"), [(401, "unauthorized"), (403, "missing_scope"), (409, "changed"), (412, "changed")]
)
def test_sandbox_faults_refuse_without_effect(status: int, code: str) -> None:
    """A revoked key, a lost right and a state that moved can be rehearsed, each with the product's code."""
    with a_desk(Fault(kind=FaultKind.ERROR_BEFORE, status=status)) as desk:
        answer = desk.call("POST", "/roles", NEW)

        assert (answer.status, answer.code) == (status, code)
        assert not made(desk)


def test_sandbox_faults_redirect_leads_to_the_same_address_elsewhere() -> None:
    """A redirect has no effect, keeps path and query, and asks for the same method there."""
    faults = [Fault(kind=FaultKind.REDIRECT, times=2, location="https://mirror.example")]
    with a_desk(*faults) as desk:
        written, listed = desk.call("POST", "/roles", NEW), desk.get("/roles?limit=2")

        assert (written.status, written.headers["Location"]) == (307, "https://mirror.example/api/v1/roles")
        assert listed.headers["Location"] == "https://mirror.example/api/v1/roles?limit=2"
        assert not made(desk)


def test_sandbox_faults_late_reply_comes_after_the_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for has happened while the reply is still to come."""
    with a_desk(Fault(kind=FaultKind.LATE_REPLY, seconds=40)) as desk:
        moments: list[tuple[float, bool]] = []
        monkeypatch.setattr(desk.clock, "sleep", lambda seconds: moments.append((seconds, made(desk))))
        answer = desk.call("POST", "/roles", NEW)

        assert (answer.status, moments) == (201, [(40, True)])


def test_sandbox_faults_yes_without_effect_lies_about_writes_alone() -> None:
    """The reply is the one that the write would have had; a GET in its place is true."""
    with a_desk(Fault(kind=FaultKind.YES_WITHOUT_EFFECT, times=2)) as desk:
        answer = desk.call("POST", "/roles", NEW)

        assert (answer.status, answer.json()["name"]) == (201, "Quality Reviewer")
        assert not made(desk)
        assert desk.app.writes == ()
        assert desk.get("/roles").json()["total"] == 8


@pytest.mark.parametrize(("kind", "effect"), [(FaultKind.DROP_BEFORE, False), (FaultKind.DROP_AFTER, True)], ids=str)
def test_sandbox_faults_drop_with_and_without_effect(kind: FaultKind, effect: bool) -> None:
    """A dropped connection gives no answer, and the log has no status but the effect."""
    with a_desk(Fault(kind=kind)) as desk:
        with pytest.raises(ConnectionDropped):
            desk.call("POST", "/roles", NEW)

        assert made(desk) is effect
        assert [(request.status, request.effect) for request in desk.app.requests] == [(None, effect)]


def test_sandbox_faults_truncated_body_announces_more_than_it_has() -> None:
    """Half of the body comes under the length of the whole."""
    with a_desk(Fault(kind=FaultKind.TRUNCATED_BODY)) as desk:
        half, whole = desk.get("/permissions"), desk.get("/permissions")

        assert half.body == whole.body[: len(whole.body) // 2]
        assert half.headers["Content-Length"] == str(len(whole.body))


def test_sandbox_faults_malformed_body_is_complete_and_no_json() -> None:
    """The length is right and the JSON is not."""
    with a_desk(Fault(kind=FaultKind.MALFORMED_BODY)) as desk:
        answer = desk.get("/permissions")

        assert answer.headers["Content-Length"] == str(len(answer.body))
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_sandbox_faults_wrong_shape_is_json_in_which_nothing_has_its_type() -> None:
    """The reply is complete and parses, and each of its fields is an object that holds the true one."""
    with a_desk(Fault(kind=FaultKind.WRONG_SHAPE)) as desk:
        odd, whole = desk.get("/roles"), desk.get("/roles")

        assert (odd.status, odd.headers["Content-Length"]) == (200, str(len(odd.body)))
        assert odd.json() == {name: {"value": told} for name, told in whole.json().items()}


def test_sandbox_faults_wrong_shape_of_nothing_is_nothing() -> None:
    """A reply without a body has no shape; the deletion it tells of happened."""
    with a_desk(Fault(kind=FaultKind.WRONG_SHAPE, method="DELETE")) as desk:
        desk.call("POST", "/roles", NEW)
        role = desk.role("Quality Reviewer")
        answer = desk.call("DELETE", f"/roles/{role.id}", etag=role.etag)

        assert (answer.status, answer.body) == (204, b"")


def test_sandbox_faults_wrong_content_type_keeps_the_body() -> None:
    """The body is true and the label is not."""
    with a_desk(Fault(kind=FaultKind.WRONG_CONTENT_TYPE)) as desk:
        labelled, right = desk.get("/roles"), desk.get("/roles")

        assert labelled.headers["Content-Type"] == "text/html; charset=utf-8"
        assert labelled.body == right.body


def test_sandbox_faults_short_page_loses_entries() -> None:
    """The second half of a page is missing while total and cursor go on as if it were there."""
    with a_desk(Fault(kind=FaultKind.SHORT_PAGE)) as desk:
        short, whole = (desk.get("/roles", query={"limit": "4"}).json() for _ in range(2))

        assert short == {**whole, "data": whole["data"][:2]}


def test_sandbox_faults_duplicate_page_repeats_the_first() -> None:
    """A later page shows the first page's entries, and the first page repeats its last entry."""
    with a_desk(Fault(kind=FaultKind.DUPLICATE_PAGE, times=2)) as desk:
        first = desk.get("/roles", query={"limit": "4"}).json()
        second = desk.get("/roles", query={"limit": "4", "cursor": first["next_cursor"]}).json()

        assert len(first["data"]) == 5
        assert first["data"][3] == first["data"][4]
        assert second["data"] == first["data"][:4]
        assert second["next_cursor"] is None


@pytest.mark.parametrize("kind", [FaultKind.SHORT_PAGE, FaultKind.DUPLICATE_PAGE], ids=str)
@pytest.mark.parametrize("path", ["/me", "/moon"])
def test_sandbox_faults_of_pages_leave_other_replies_alone(kind: FaultKind, path: str) -> None:
    """What is no list is answered as ever."""
    with a_desk(Fault(kind=kind)) as desk:
        assert desk.get(path).body == desk.get(path).body


def test_sandbox_faults_stale_read_shows_the_moment_before_the_latest_write() -> None:
    """A stale read does not see the latest write, whether of one role or of the list; the next read does."""
    with a_desk(Fault(kind=FaultKind.STALE_READ, method="GET", times=2)) as desk:
        agent = desk.role("Agent")
        describe(desk, "First")
        describe(desk, "Second")
        describe(desk, "Second")

        one = desk.get(f"/roles/{agent.id}").json()
        listed = desk.get("/roles").json()["data"][2]
        fresh = desk.get(f"/roles/{agent.id}").json()

        assert (one["description"], listed["description"], fresh["description"]) == ("First", "First", "Second")


def test_sandbox_faults_stale_read_without_a_write_is_fresh() -> None:
    """Before anything was written there is nothing older to show."""
    with a_desk(Fault(kind=FaultKind.STALE_READ)) as desk:
        assert desk.get("/roles").json()["total"] == 8


def test_sandbox_faults_second_writer_edits_the_role_in_the_path() -> None:
    """Between reading and writing somebody else edits the same role, so that the write is refused."""
    with a_desk(Fault(kind=FaultKind.SECOND_WRITER, method="PATCH")) as desk:
        first, second = describe(desk, "Ours"), describe(desk, "Ours")

        assert (first.status, first.code) == (412, "changed")
        assert second.status == 200
        entry = desk.store.audit.page(after=0, limit=9).entries[0]
        assert (entry.actor, entry.action) == ("somebody-else", "role.updated")


def test_sandbox_faults_second_writer_does_what_the_schedule_says() -> None:
    """Grants, revokes, description and the role can be given."""
    edit = SecondWrite(
        role="Reader", grants=("notes.add",), revokes=("users.view",), description="Reads and notes down"
    )
    with a_desk(Fault(kind=FaultKind.SECOND_WRITER, edit=edit)) as desk:
        before = set(desk.role("Reader").permissions)
        desk.get("/me")

        reader = desk.role("Reader")
        assert set(reader.permissions) == before - {"users.view"} | {"notes.add"}
        assert reader.description == "Reads and notes down"
        assert desk.app.writes == ()


def test_sandbox_faults_second_writer_edits_agent_where_no_role_is_named() -> None:
    """With nothing said it is Agent that gets a few words more, and a stale read can hide that."""
    with a_desk(Fault(kind=FaultKind.SECOND_WRITER), Fault(kind=FaultKind.STALE_READ, nth=2)) as desk:
        before = desk.role("Agent").description
        desk.get("/me")

        assert desk.role("Agent").description == f"{before} (edited meanwhile)"
        assert desk.get("/roles").json()["data"][2]["description"] == before


@pytest.mark.parametrize(
    ("path", "edit"),
    [
        ("/roles/rol_moon", SecondWrite()),
        ("/me", SecondWrite(role="Moon")),
        ("/me", SecondWrite(role="Owner")),
        ("/me", SecondWrite(grants=("moon.fly",))),
    ],
)
def test_sandbox_faults_second_writer_obeys_the_product(path: str, edit: SecondWrite) -> None:
    """What the product refuses does not happen, and the request goes on."""
    with a_desk(Fault(kind=FaultKind.SECOND_WRITER, edit=edit), Fault(kind=FaultKind.STALE_READ, nth=9)) as desk:
        desk.get(path)

        assert desk.app.requests[0].status in {200, 404}
        assert desk.store.audit.page(after=0, limit=1).entries == ()


def test_sandbox_faults_work_together() -> None:
    """One request can be slow, late and mislabelled at once."""
    with a_desk(*(Fault(kind=kind) for kind in (FaultKind.WRONG_CONTENT_TYPE, FaultKind.LATENCY))) as desk:
        answer = desk.get("/me")

        assert desk.clock.sleeps == [1.0]
        assert answer.headers["Content-Type"].startswith("text/html")


def test_sandbox_faults_schedule_with_a_status_that_cannot_follow_an_effect_is_refused() -> None:
    """A refusal is told before the effect and never after it."""
    with pytest.raises(UsageProblem, match="status is one of 500, 501"):
        schedule_from({"faults": [{"kind": "error_after", "status": 412}]}, "f.yaml")


@pytest.mark.parametrize("fields", [{"nth": 0}, {"times": 0}, {"seconds": -1.0}, {"status": 404}])
def test_sandbox_faults_refuse_numbers_without_a_meaning(fields: dict[str, Any]) -> None:
    """A fault that could never strike, or would be no fault, cannot be made."""
    with pytest.raises(ValueError, match=r"count from 1|status is one of"):
        Fault(kind=FaultKind.LATENCY, **fields)


def test_sandbox_faults_are_read_from_a_file(tmp_path: Path) -> None:
    """A file says everything that code can say; JSON is YAML too."""
    text = """
faults:
  - {kind: rate_limit, nth: 2, times: 3, retry_after: 5}
  - {kind: latency, method: GET, path: /roles*, seconds: 0.5}
  - {kind: error_after, status: 500}
  - {kind: rate_limit, retry_after: null}
  - kind: second_writer
    edit: {role: Reader, grants: [notes.add], description: Other}
"""
    yaml_file, json_file = tmp_path / "faults.yaml", tmp_path / "faults.json"
    yaml_file.write_text(text, encoding="utf-8")
    json_file.write_text('{"faults": [{"kind": "drop_before"}]}', encoding="utf-8")

    assert read_schedule(yaml_file) == FaultSchedule(
        (
            Fault(kind=FaultKind.RATE_LIMIT, nth=2, times=3, retry_after="5"),
            Fault(kind=FaultKind.LATENCY, method="GET", path="/roles*", seconds=0.5),
            Fault(kind=FaultKind.ERROR_AFTER, status=500),
            Fault(kind=FaultKind.RATE_LIMIT, retry_after=None),
            Fault(
                kind=FaultKind.SECOND_WRITER,
                edit=SecondWrite(role="Reader", grants=("notes.add",), description="Other"),
            ),
        )
    )
    assert read_schedule(json_file) == FaultSchedule((Fault(kind=FaultKind.DROP_BEFORE),))


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"faults": []},
        {"faults": [{}]},
        {"faults": [{"kind": "gremlin"}]},
        {"faults": [{"kind": "latency", "second": 1}]},
        {"faults": [{"kind": "latency", "nth": 0}]},
        {"faults": [{"kind": "latency", "method": "get"}]},
        {"faults": [{"kind": "latency", "path": "roles"}]},
        {"faults": [{"kind": "second_writer", "edit": {"grant": []}}]},
        {"fault": []},
    ],
)
def test_sandbox_faults_schedule_is_read_strictly(document: object) -> None:
    """A schedule that would not do what its author thinks is refused with the place."""
    with pytest.raises(UsageProblem, match=r"The fault schedule f\.yaml is wrong at \$"):
        schedule_from(document, "f.yaml")


@pytest.mark.parametrize(
    ("content", "problem"), [(b"faults: [", "is not YAML"), (b"\xff\xfe\x00", "is not YAML"), (None, "cannot be read")]
)
def test_sandbox_faults_unreadable_files_are_usage_problems(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    """A file that is missing or no YAML is told apart, and neither counts as an empty schedule."""
    path = tmp_path / "faults.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageProblem, match=problem):
        read_schedule(path)
