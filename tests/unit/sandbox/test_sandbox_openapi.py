"""The OpenAPI document and the app say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from unit.sandbox.sandbox_client import Answer, Desk, a_desk

from reconciler.sandbox.endpoints import PREFIX, ROUTES
from reconciler.sandbox.faults import Fault, FaultKind

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[3] / "schemas" / "tenant-api.openapi.yaml").read_text(encoding="utf-8")
)
NEW = {"name": "Quality Reviewer", "permissions": ["notes.view"]}


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Give every operation by method and path."""
    return {
        (method.upper(), path): operation
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference inside the document."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def walk(node: object, place: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every mapping of the document with its place."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from walk(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from walk(value, f"{place}/{number}")


def complaints(answer: Answer, method: str, path: str) -> list[str]:
    """Say where an answer differs from what its operation promises."""
    responses = operations()[method, path]["responses"]
    response = resolved(responses.get(str(answer.status), responses["default"]))
    missing = [
        name
        for name in response.get("headers", {})
        if name not in answer.headers and not (name == "Retry-After" and answer.status != 429)
    ]
    content = response.get("content", {})
    if not content:
        return [*missing, *(["a body"] if answer.body else [])]
    schema = {**content["application/json"]["schema"], "components": DOCUMENT["components"]}
    return [*missing, *(error.message for error in Draft202012Validator(schema).iter_errors(answer.json()))]


def test_sandbox_openapi_lists_exactly_the_routes() -> None:
    """Each route is an operation and each operation a route, below the same prefix."""
    routes = {(route.method, route.path.replace("<target>", "{id}")) for route in ROUTES}

    assert set(operations()) == routes
    assert [server["url"] for server in DOCUMENT["servers"]] == [PREFIX]


def test_sandbox_openapi_lists_the_query_parameters() -> None:
    """Each operation has the query parameters that its route reads."""
    listed = {
        key: {parameter["name"] for parameter in map(resolved, operation.get("parameters", []))} - {"If-Match"}
        for key, operation in operations().items()
    }

    assert listed == {(r.method, r.path.replace("<target>", "{id}")): set(r.parameters) for r in ROUTES}


def test_sandbox_openapi_names_the_scopes() -> None:
    """The description of each operation names the scope that its route asks for."""
    described = {key: operation["description"] for key, operation in operations().items()}

    assert [
        route.path
        for route in ROUTES
        if route.scope and route.scope not in described[route.method, route.path.replace("<target>", "{id}")]
    ] == []


def test_sandbox_openapi_describes_every_property() -> None:
    """No schema, property, parameter, header, response or link goes without a description."""
    silent = [
        f"{place}/properties/{name}"
        for place, node in walk(DOCUMENT["components"]["schemas"])
        for name, value in (node["properties"].items() if isinstance(node.get("properties"), dict) else ())
        if "description" not in value
    ]
    nameless = [
        f"{kind}/{name}"
        for kind in ("parameters", "headers", "responses", "schemas", "securitySchemes")
        for name, value in DOCUMENT["components"][kind].items()
        if "description" not in value
    ]

    assert (silent, nameless) == ([], [])


def test_sandbox_openapi_references_lead_somewhere() -> None:
    """Every reference resolves, operation ids are unique, and links name operations that exist."""
    ids = [operation["operationId"] for operation in operations().values()]
    linked = [
        node["operationId"]
        for place, node in walk(DOCUMENT["components"])
        if "/links/" in place and "operationId" in node
    ]

    assert all(resolved(node) for _, node in walk(DOCUMENT) if "$ref" in node)
    assert len(set(ids)) == len(ids)
    assert linked
    assert set(linked) <= set(ids)


def test_sandbox_openapi_schemas_are_valid() -> None:
    """Each schema is a JSON Schema without a misspelt keyword that would be ignored."""
    known = {
        *("type", "properties", "required", "additionalProperties", "description", "items", "enum", "pattern"),
        *("minLength", "maxLength", "minimum", "maximum", "uniqueItems", "maxItems", "format", "oneOf", "$ref"),
    }
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
        assert [
            key for place, node in walk(schema) if not place.endswith("/properties") for key in node if key not in known
        ] == []


def test_sandbox_openapi_has_whole_sentences() -> None:
    """No key of the document has a space in it, as half a sentence after an unquoted comma would."""
    assert [key for _, node in walk(DOCUMENT) for key in node if " " in key] == []


def test_sandbox_openapi_matches_every_successful_reply(desk: Desk) -> None:
    """What the seeded desk answers to each operation fits the response that is promised for it."""
    agent = desk.role("Agent")
    user = desk.get("/users").json()["data"][5]
    role = desk.call("POST", "/roles", NEW)
    copy = desk.call("POST", f"/roles/{agent.id}/duplicate", {"name": "Copy"})
    tag = copy.json()["etag"]
    edit = desk.call("PATCH", f"/roles/{copy.json()['id']}", {"description": "Newer"}, etag=tag)
    assigned = desk.call("PATCH", f"/users/{user['id']}", {"role_ids": [agent.id]}, etag=user["etag"])
    gone = desk.call("DELETE", f"/roles/{copy.json()['id']}", etag=edit.json()["etag"])
    answers = {
        ("GET", "/me"): desk.get("/me"),
        ("GET", "/permissions"): desk.get("/permissions"),
        ("GET", "/roles"): desk.get("/roles", query={"limit": "100"}),
        ("POST", "/roles"): role,
        ("GET", "/roles/{id}"): desk.get(f"/roles/{agent.id}"),
        ("PATCH", "/roles/{id}"): edit,
        ("DELETE", "/roles/{id}"): gone,
        ("POST", "/roles/{id}/duplicate"): copy,
        ("GET", "/users"): desk.get("/users", query={"limit": "100"}),
        ("GET", "/users/{id}"): desk.get(f"/users/{user['id']}"),
        ("PATCH", "/users/{id}"): assigned,
        ("GET", "/audit-log"): desk.get("/audit-log"),
    }

    assert set(answers) == set(operations())
    assert {key: complaints(answer, *key) for key, answer in answers.items()} == {key: [] for key in answers}
    assert all(answer.status < 300 for answer in answers.values())


@pytest.mark.parametrize(
    ("method", "path", "address", "options"),
    [
        ("POST", "/roles", "/roles", {"body": {**NEW, "name": "agent"}}),
        ("POST", "/roles", "/roles", {"body": {**NEW, "permissions": ["moon.fly"]}}),
        ("POST", "/roles", "/roles", {"raw": b"{"}),
        ("GET", "/roles", "/roles", {"query": {"limit": "0"}}),
        ("GET", "/roles/{id}", "/roles/rol_moon", {}),
        ("DELETE", "/roles/{id}", "/roles/rol_moon", {}),
        ("DELETE", "/roles/{id}", "/roles/rol_moon", {"etag": '"x"'}),
        ("PATCH", "/users/{id}", "/users/usr_moon", {"body": {"role_ids": []}}),
        ("GET", "/users", "/users", {"query": {"role_id": "rol_moon"}}),
        ("GET", "/audit-log", "/audit-log", {"query": {"since": "noon"}}),
    ],
)
def test_sandbox_openapi_matches_refusals(
    desk: Desk, method: str, path: str, address: str, options: dict[str, Any]
) -> None:
    """A refusal fits the response that is promised for its status."""
    answer = desk.call(method, address, **options)

    assert answer.status >= 400
    assert complaints(answer, method, path) == []


def test_sandbox_openapi_matches_being_too_fast(desk: Desk) -> None:
    """The 429 has every header that is promised."""
    answers = [desk.get("/me") for _ in range(201)]

    assert answers[-1].status == 429
    assert complaints(answers[-1], "GET", "/me") == []


def test_sandbox_openapi_tells_a_short_reply_apart() -> None:
    """The comparison is worth something: a damaged reply has complaints."""
    with a_desk(Fault(kind=FaultKind.ERROR_AFTER)) as desk:
        answer = desk.get("/me")

        assert complaints(answer, "GET", "/me") == [
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
        ]
