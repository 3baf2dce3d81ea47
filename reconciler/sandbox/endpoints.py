"""Answer each call of the API from a store; who may call, and how often, is decided before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.model.permission import Category
from reconciler.ports import Clock
from reconciler.sandbox import bodies
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.paging import cursor_for, page_limit, position, since
from reconciler.sandbox.records import AuditRecord, Author, Document, Page, RoleRecord, UserRecord
from reconciler.sandbox.refusals import Refused
from reconciler.sandbox.store import Store
from reconciler.sandbox.wire import Reply, Request, json_object, json_reply

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that was allowed through to its endpoint."""

    request: Request
    key: ApiKey
    store: Store
    clock: Clock
    target: str
    """The id in the path; empty where the path has none."""
    parameters: Mapping[str, str]
    """Of the query; only ones that the route knows."""

    def author(self) -> Author:
        """Give who writes: the key's user, or the key as such."""
        return Author(actor=self.key.user_id or "api-key", at=self.clock.now())

    def etag(self) -> str:
        """Give the entity tag that a write insists on; refuses with 428 when there is none.

        Exactly one strong tag is understood; `*`, a list and a weak tag match nothing.
        """
        if not self.request.if_match:
            raise Refused(428, "precondition_required", "Send If-Match with the entity tag that was read")
        return self.request.if_match


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call of the API."""

    method: str
    path: str
    """Below the prefix; `<target>` stands for an id."""
    scope: str | None
    """What the key needs; None for any valid key."""
    answer: Callable[[Call], Reply]
    parameters: frozenset[str] = field(default_factory=frozenset)
    """The query parameters that are known here."""


def read_me(call: Call) -> Reply:
    """Tell a key about itself."""
    tenant, key = call.store.tenant(), call.key
    user = None
    if key.user_id is not None:
        user = {"id": key.user_id, "role_ids": list(call.store.users.read(key.user_id).role_ids)}
    return json_reply(
        {
            "tenant": {"id": tenant.id, "name": tenant.name, "environment": tenant.environment},
            "key": {"prefix": key.prefix, "scopes": sorted(key.scopes), "tier": key.tier.label},
            "user": user,
        }
    )


def list_permissions(call: Call) -> Reply:
    """List the catalogue."""
    catalogue = call.store.catalogue
    categories = [_category(category) for category in catalogue.categories]
    return json_reply({"version": catalogue.version, "categories": categories})


def list_roles(call: Call) -> Reply:
    """List the roles, oldest first."""
    page = call.store.roles.page(after=position("roles", call.parameters), limit=page_limit(call.parameters))
    return _page_reply("roles", page, total=True)


def create_role(call: Call) -> Reply:
    """Make a custom role."""
    role = call.store.roles.create(bodies.role_draft(json_object(call.request)), call.author())
    return json_reply(role.document(), status=201, etag=role.etag, effect=True)


def read_role(call: Call) -> Reply:
    """Show one role."""
    role = call.store.roles.read(call.target)
    return json_reply(role.document(), etag=role.etag)


def edit_role(call: Call) -> Reply:
    """Replace the fields of a role that are in the body."""
    edit = bodies.role_edit(json_object(call.request))
    written = call.store.roles.edit(call.target, edit, call.author(), etag=call.etag())
    return json_reply(written.record.document(), etag=written.record.etag, effect=written.changed)


def duplicate_role(call: Call) -> Reply:
    """Make a custom role with the permissions of another."""
    name = bodies.copy_name(json_object(call.request))
    role = call.store.roles.duplicate(call.target, name, call.author())
    return json_reply(role.document(), status=201, etag=role.etag, effect=True)


def delete_role(call: Call) -> Reply:
    """Remove a custom role that nobody has."""
    call.store.roles.delete(call.target, call.author(), etag=call.etag())
    return Reply(status=204, body=b"", effect=True)


def list_users(call: Call) -> Reply:
    """List the users of one role or of the desk, oldest first."""
    role_id = call.parameters.get("role_id")
    listing = "users" if role_id is None else f"users/{role_id}"
    page = call.store.users.page(
        after=position(listing, call.parameters), limit=page_limit(call.parameters), role_id=role_id
    )
    return _page_reply(listing, page, total=True)


def read_user(call: Call) -> Reply:
    """Show one user."""
    user = call.store.users.read(call.target)
    return json_reply(user.document(), etag=user.etag)


def assign_roles(call: Call) -> Reply:
    """Replace the roles of a user."""
    role_ids = bodies.role_ids(json_object(call.request))
    written = call.store.users.assign(call.target, role_ids, call.author(), etag=call.etag())
    return json_reply(written.record.document(), etag=written.record.etag, effect=written.changed)


def list_audit_entries(call: Call) -> Reply:
    """List what was written, oldest first."""
    page = call.store.audit.page(after=position("audit", call.parameters), limit=100, since=since(call.parameters))
    return _page_reply("audit", page, total=False)


def _page_reply(listing: str, page: Page[RoleRecord] | Page[UserRecord] | Page[AuditRecord], *, total: bool) -> Reply:
    document: Document = {
        "data": [entry.document() for entry in page.entries],
        "next_cursor": cursor_for(listing, page.entries[-1].seq) if page.more else None,
    }
    if total:
        document["total"] = page.total
    return json_reply(document)


def _category(category: Category) -> Document:
    permissions = [
        {
            "key": permission.key,
            "name": permission.name,
            "level": permission.level.value,
            "sensitive": permission.sensitive,
            "requires": list(permission.requires),
        }
        for permission in category.permissions
    ]
    return {"key": category.key, "name": category.name, "permissions": permissions}


_PAGED = frozenset({"limit", "cursor"})

ROUTES = (
    Route(method="GET", path="/me", scope=None, answer=read_me),
    Route(method="GET", path="/permissions", scope="settings:read", answer=list_permissions),
    Route(method="GET", path="/roles", scope="settings:read", answer=list_roles, parameters=_PAGED),
    Route(method="POST", path="/roles", scope="settings:write", answer=create_role),
    Route(method="GET", path="/roles/<target>", scope="settings:read", answer=read_role),
    Route(method="PATCH", path="/roles/<target>", scope="settings:write", answer=edit_role),
    Route(method="DELETE", path="/roles/<target>", scope="settings:write", answer=delete_role),
    Route(method="POST", path="/roles/<target>/duplicate", scope="settings:write", answer=duplicate_role),
    Route(method="GET", path="/users", scope="users:read", answer=list_users, parameters=_PAGED | {"role_id"}),
    Route(method="GET", path="/users/<target>", scope="users:read", answer=read_user),
    Route(method="PATCH", path="/users/<target>", scope="users:write", answer=assign_roles),
    Route(
        method="GET",
        path="/audit-log",
        scope="analytics:read",
        answer=list_audit_entries,
        parameters=frozenset({"since", "cursor"}),
    ),
)
"""Every call there is; the OpenAPI document lists the same ones."""
