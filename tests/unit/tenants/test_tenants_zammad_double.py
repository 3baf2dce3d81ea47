"""The double of Zammad answers what the recorded server did, call for call."""

from __future__ import annotations

import json
from itertools import pairwise

from fakes.zammad.recordings import Recorded, recorded_server, recordings

from reconciler.tenants.strict_json import Json

BEYOND = (
    "/activity_stream",
    "/groups/",
    "/users/history/",
    "/roles?full=",
)
"""What the adapter never asks and the double does not have."""
SAID = 18
"""Characters of an error that must be the same; some go on with the words of a database."""


def is_played(call: Recorded) -> bool:
    """Whether the double can be asked this: not where the recording had headers or a state of its own."""
    own = call.status == 304 or (call.status == 403 and call.who == "ADMIN")
    return not own and not call.target.startswith(BEYOND) and "full=" not in call.target


def facts(reply: Json) -> dict[str, Json]:
    """Give what a reply says of a role, lists in one order."""
    assert isinstance(reply, dict)
    kept = ("id", "name", "note", "active", "default_at_signup", "permission_ids", "group_ids", "permissions", "groups")
    return {key: _sorted(reply[key]) for key in kept if key in reply}


def _sorted(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    return sorted(value, key=str) if isinstance(value, list) else value


def test_double_answers_as_the_recorded_server() -> None:
    """Status, words of refusals, and every fact of every role that was shown; ids that refusals use up, too."""
    api = recorded_server()
    played = [call for call in recordings() if is_played(call)]
    moments: dict[str, dict[object, list[str]]] = {"recorded": {}, "double": {}}

    for call in played:
        headers = {"authorization": f"Token token={call.who}"} if call.who != "None" else {}
        payload = json.dumps(call.body).encode() if call.body is not None else b""
        answer = api.answer(call.method, f"/api/v1{call.target}", headers, payload)
        assert answer is not None
        assert (call.number, answer.status) == (call.number, call.status)
        if call.error is not None:
            assert isinstance(answer.body, dict)
            assert str(answer.body["error"])[:SAID] == call.error[:SAID]
        if call.is_role:
            assert (call.number, facts(answer.body)) == (call.number, facts(call.reply))
            for side, reply in (("recorded", call.reply), ("double", answer.body)):
                assert isinstance(reply, dict)
                moments[side].setdefault(reply["id"], []).append(str(reply["updated_at"]))

    assert len(played) > 70
    moved = {
        side: {role: [a != b for a, b in pairwise(told)] for role, told in roles.items()}
        for side, roles in moments.items()
    }
    assert moved["double"] == moved["recorded"]


def test_recorded_list_of_permissions_is_the_doubles() -> None:
    """The 65 that an administrator who is an agent was shown, ids and all; the one for customers was not among them."""
    api = recorded_server()

    answer = api.answer("GET", "/api/v1/user_access_token", {"authorization": "Token token=ADMIN"}, b"")

    assert answer is not None
    assert isinstance(answer.body, dict)
    listed = answer.body["permissions"]
    assert isinstance(listed, list)
    shown = {entry["name"]: entry["id"] for entry in listed if isinstance(entry, dict)}
    assert "ticket.customer" not in shown
    assert (len(shown), shown["admin"], shown["ticket.agent"]) == (65, 1, 57)
