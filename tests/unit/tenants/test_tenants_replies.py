"""Every reply of the support product is demanded in full: a gap or another type names its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes.support import me_json, permissions_json, role_json, user_json

from reconciler.errors import TenantAnswerUnusable
from reconciler.tenants import support_replies as replies
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Complaint

ROLE_FIELDS = ("id", "name", "description", "kind", "editable", "permissions", "user_count", "etag")
USER_FIELDS = ("id", "active", "kind", "role_ids", "etag")


def part(value: object) -> Part:
    """Take a value as a reply."""
    return Part(value, "GET /x")  # type: ignore[arg-type]  # plain JSON, typed loosely in tests


@pytest.mark.parametrize(
    "read", [replies.role, replies.person, replies.account, replies.capabilities, replies.catalogue]
)
@pytest.mark.parametrize("body", [None, [], {}, "text", 0, {"error": {"code": "x", "message": "y"}}])
def test_another_object_is_never_read_as_nothing(read: Callable[[Part], object], body: object) -> None:
    """`null`, `[]`, `{}` and an error with a good status are unusable, not empty."""
    with pytest.raises(TenantAnswerUnusable, match=r"GET /x: \$"):
        read(part(body))


@pytest.mark.parametrize("field", ROLE_FIELDS)
def test_a_role_without_a_field_names_it(field: str) -> None:
    """Absent is told as missing."""
    document = role_json()
    del document[field]
    with pytest.raises(TenantAnswerUnusable, match=rf"\$\.{field} is missing"):
        replies.role(part(document))


@pytest.mark.parametrize("field", ROLE_FIELDS)
def test_a_role_with_null_for_a_field_names_it(field: str) -> None:
    """Null is neither absent nor empty."""
    with pytest.raises(TenantAnswerUnusable, match=rf"\$\.{field} is null"):
        replies.role(part(role_json(**{field: None})))


@pytest.mark.parametrize("field", USER_FIELDS)
def test_a_user_without_a_field_names_it(field: str) -> None:
    """Absent is told as missing."""
    document = user_json()
    del document[field]
    with pytest.raises(TenantAnswerUnusable, match=rf"\$\.{field} is missing"):
        replies.person(part(document))


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("id", 9007199254740993, "id is a number"),
        ("id", "", "id is a text"),
        ("id", "..", "id is a text"),
        ("id", "a\nb", "id is a text"),
        ("id", "x" * 201, "id is a text"),
        ("name", ["a"], "name is a list"),
        ("kind", "system", "kind is a text that cannot be used as one of standard, custom"),
        ("editable", 1, "editable is a number"),
        ("editable", "true", "editable is a text"),
        ("permissions", {"a": True}, "permissions is an object"),
        ("permissions", "all", "permissions is a text"),
        ("permissions", ["a", 7], r"permissions\[1\] is a number"),
        ("user_count", -1, "user_count is a number"),
        ("user_count", True, "user_count is a boolean"),
        ("user_count", 1.0, "user_count is a number"),
        ("etag", 'a"\r\nX: y', "etag is a text"),
        ("etag", '"ä"', "etag is a text"),
        ("etag", ' "a"', "etag is a text"),
    ],
)
def test_a_role_of_another_shape_names_the_place(field: str, value: object, place: str) -> None:
    """No value is bent into the type that was promised."""
    with pytest.raises(TenantAnswerUnusable, match=rf"\$\.{place}"):
        replies.role(part(role_json(**{field: value})))


@pytest.mark.parametrize("name", ["", "  ", "\u202eevil", "=HYPERLINK(1)", "{0.__class__}", "a\nb"])
def test_a_role_may_have_any_name(name: str) -> None:
    """Odd names are data; nothing skips or changes them here."""
    assert replies.role(part(role_json(name=name))).content.name == name


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [("kind", "robot", r"\$\.kind"), ("role_ids", [], r"\$\.role_ids"), ("role_ids", [1], r"\$\.role_ids\[0\]")],
)
def test_a_user_of_another_shape_names_the_place(field: str, value: object, place: str) -> None:
    """An unknown kind of user is not guessed to be a person, and nobody is without a role."""
    with pytest.raises(TenantAnswerUnusable, match=place):
        replies.person(part(user_json(**{field: value})))


def test_scopes_to_write_imply_those_to_read() -> None:
    """What a key may do follows from its scopes alone."""
    key = {"prefix": "sa_test_", "scopes": ["analytics:read", "users:write"], "tier": "starter"}
    told = replies.capabilities(part(me_json(key=key)))

    assert (told.reads_roles, told.writes_roles, told.reads_people, told.writes_people) == (False, False, True, True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda categories: categories.clear(),
        lambda categories: categories[0]["permissions"].clear(),
        lambda categories: categories[0]["permissions"].append(categories[0]["permissions"][0]),
        lambda categories: categories.append({"key": "notes", "name": "Again", "permissions": []}),
        lambda categories: categories[0]["permissions"][0].update(key="contacts.view"),
        lambda categories: categories[0]["permissions"][0].update(level="root"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_unusable(spoil: Callable[[object], None]) -> None:
    """An empty one, one with doubles, and one with strays are no catalogue."""
    document = permissions_json()
    spoil(document["categories"])
    with pytest.raises(TenantAnswerUnusable, match=r"\$\.categories"):
        replies.catalogue(part(document))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"error": {"code": "changed", "message": "Read again"}}, Complaint("changed", "Read again")),
        ({"error": {"code": "changed", "message": ""}}, Complaint("changed", "")),
        ({"error": {"code": "", "message": "x"}}, None),
        ({"error": {"code": 7, "message": "x"}}, None),
        ({"error": {"code": "x"}}, None),
        ({"error": "x"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_only_the_products_own_error_body_is_a_complaint(body: Json, complaint: Complaint | None) -> None:
    """Anything else is no word of the tenant."""
    assert replies.complaint(body) == complaint
