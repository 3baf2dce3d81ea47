"""The calls of a Zammad: who may make them, and what each path answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fakes.zammad.permissions import DISABLED, is_open
from fakes.zammad.state import Object, Refused, Role, User, Zammad

from reconciler.tenants.strict_json import Json


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Token:
    """Whose a token is, and which rights of theirs it carries."""

    user: int
    permissions: tuple[str, ...]


@dataclass(slots=True)
class Call:
    """One request of somebody whose token is known."""

    server: Zammad
    most: Mapping[str, int]
    token: Token
    query: Mapping[str, list[str]]
    body: Object

    @property
    def me(self) -> User:
        """The user whose token it is."""
        return self.server.users[self.token.user]

    def routed(self, method: str, path: str) -> Reply:
        """Answer by method and path."""
        match method, path.removeprefix("/api/v1/").split("/"):
            case "GET", ["version"]:
                self._require("admin.version" if self.server.version < (6, 0) else "admin")
                return Reply(200, {"version": f"{self.server.version[0]}.{self.server.version[1]}.x"})
            case "GET", ["user_access_token"]:
                self._require("user_preferences.access_token")
                return Reply(200, {"tokens": [], "permissions": [*self._listed()]})
            case "GET", ["groups"]:
                self._require("admin.group", *(() if self.server.version < (6, 0) else ("ticket.agent",)))
                return Reply(200, self._page("groups", [self._group(number) for number in self.server.groups], 500))
            case _, ["roles", *rest]:
                return self._roles(method, rest, path)
            case _, ["users", *rest]:
                return self._users(method, rest, path)
            case _:
                return self._rest(method, path)

    def _rest(self, method: str, path: str) -> Reply:
        if (method, path) != ("GET", "/api/v1/audit_logs") or self.server.version < (7, 3):
            return _nowhere(method, path)
        self._require("admin.audit_log")
        return Reply(200, [])

    def _roles(self, method: str, rest: list[str], path: str) -> Reply:
        match method, rest:
            case "GET", _:
                return self._read_roles(rest)
            case "POST", []:
                self._require("admin.role")
                return Reply(201, self._shown(self.server.create(self.body)))
            case "PUT", [number]:
                self._require("admin.role")
                role, moment = self.server.update(self._role(number).id, self.body)
                return Reply(200, {**self._shown(role), "updated_at": moment})
            case "PATCH", [_]:
                return Reply(404, {"status": 404, "error": "Not Found"})
            case _:
                return _nowhere(method, path)

    def _read_roles(self, rest: list[str]) -> Reply:
        others = () if self.server.version < (6, 0) else ("ticket.agent", "ticket.customer")
        self._require("admin.role", *others)
        roles: list[Json] = [self._shown(role) for _, role in sorted(self.server.roles.items())]
        if not rest or (rest == ["search"] and self.server.version >= (6, 0)):
            return Reply(200, self._page("roles", roles, 500))
        return Reply(200, self._shown(self._role(rest[0])))

    def _users(self, method: str, rest: list[str], path: str) -> Reply:
        reads = self._may("admin.user", "ticket.agent")
        match method, rest:
            case "GET", ["me"]:
                return Reply(200, self._user(self.me))
            case "GET", []:
                seen = [user for _, user in sorted(self.server.users.items()) if reads or user is self.me]
                return Reply(200, self._page("users", [self._user(user) for user in seen], 100))
            case "GET", ["search"]:
                self._require("admin.user", "ticket.agent")
                return self._searched()
            case "GET", [number]:
                user = self._found_user(number)
                if not reads and user is not self.me:
                    raise Refused(403, "Not authorized")
                return Reply(200, self._user(user))
            case "PUT", [number]:
                self._require("admin.user", "ticket.agent")
                return Reply(200, self._user(self._assigned(self._found_user(number))))
            case _:
                return _nowhere(method, path)

    def _searched(self) -> Reply:
        roles = {int(number) for number in self.query.get("role_ids[]", ())}
        if "query" not in self.query:
            if self.server.version < (6, 0):
                raise Refused(500, "undefined method `delete!' for nil:NilClass", human=False)
            if "only_total_count" in self.query:
                found = [user for user in self.server.users.values() if user.id != 1 and user.roles & roles]
                return Reply(200, {"total_count": len(found)})
        users = [user for _, user in sorted(self.server.users.items()) if user.id != 1 and user.roles & roles]
        return Reply(200, self._page("search", [self._user(user) for user in users], 50, "limit"))

    def _assigned(self, user: User) -> User:
        """Replace the roles of a user; without the right to, the field is dropped without a word."""
        if not self._may("admin.user"):
            return user
        if self.body.get("active") is False:
            return self.server.suspend(user.id)
        if "roles" in self.body:
            return self.server.assign(user.id, {self.server.named(str(name)).id for name in _items(self.body["roles"])})
        if "role_ids" in self.body:
            return self.server.assign(user.id, {int(str(number)) for number in _items(self.body["role_ids"])})
        return user

    def _page(self, name: str, items: Sequence[Json], default: int, size_field: str = "per_page") -> list[Json]:
        """Give a page; more than the most is cut, and the page's place is told by what was cut."""
        size = min(int(self.query.get(size_field, [str(default)])[0]), self.most[name])
        number = int(self.query.get("page", ["1"])[0])
        if number < 1:
            raise Refused(422, "PG::InvalidRowCountInResultOffsetClause: OFFSET must not be negative", human=False)
        return [*items[(number - 1) * size : number * size]]

    def _role(self, number: str) -> Role:
        if not number.isdigit() or int(number) not in self.server.roles:
            raise Refused(404, f"Couldn't find Role with 'id'={number}")
        return self.server.roles[int(number)]

    def _found_user(self, number: str) -> User:
        if not number.isdigit() or int(number) not in self.server.users:
            raise Refused(404, f"Couldn't find User with 'id'={number}")
        return self.server.users[int(number)]

    def _shown(self, role: Role) -> Object:
        groups = {number: words for number, words in role.groups.items() if number not in self.server.inactive_groups}
        ids: Object = {str(number): [*reversed(words)] for number, words in reversed(groups.items())}
        found: Object = {
            "id": role.id,
            "name": role.name,
            "preferences": {},
            "default_at_signup": role.signup,
            "active": role.active,
            "note": role.note,
            "updated_by_id": 1,
            "created_by_id": 1,
            "created_at": role.updated_at,
            "updated_at": role.updated_at,
            "permission_ids": [*sorted(role.permissions)],
            "knowledge_base_permission_ids": [],
            "group_ids": ids if role.active else {},
        }
        if "expand" not in self.query:
            return found
        shown = groups.items() if role.active else ()
        by_name: Object = {self.server.groups[number]: [*words] for number, words in shown}
        names: list[Json] = [*self.server.names(role)]
        return {**found, "created_by": "-", "updated_by": "-", "permissions": names, "groups": by_name}

    def _user(self, user: User) -> Object:
        return {
            "id": user.id,
            "login": user.login,
            "firstname": user.firstname,
            "lastname": "",
            "email": "" if user.id == 1 else user.login,
            "active": user.active,
            "role_ids": [*sorted(user.roles, reverse=True)],
            "group_ids": {},
        }

    def _group(self, number: int) -> Object:
        active = number not in self.server.inactive_groups
        return {"id": number, "name": self.server.groups[number], "active": active, "note": None, "user_ids": []}

    def _listed(self) -> Iterable[Object]:
        """Give what the user has, what is below that, and what is above it, marked as disabled."""
        held = self.server.held(self.me)
        above = {parent for name in held for parent in _parents(name)} - held
        for name, number in sorted(self.server.permissions.items()):
            if name in self.server.inactive or not (name in held | above or held & set(_parents(name))):
                continue
            preferences: Object = {"disabled": True} if name in above or name in DISABLED else {}
            label = "label" if self.server.version >= (6, 0) else "note"
            yield {
                "id": number,
                "name": name,
                label: name.replace("_", " ").capitalize(),
                "preferences": preferences,
                "active": True,
                "allow_signup": is_open(name),
            }

    def _may(self, *names: str) -> bool:
        sides = (self.server.held(self.me), set(self.token.permissions))
        return all(any({name, *_parents(name)} & side for name in names) for side in sides)

    def _require(self, *names: str) -> None:
        if not self._may(*names):
            raise Refused(
                403, "Not authorized (token)!" if self.server.version < (6, 0) else "Token authorization failed."
            )


def _parents(name: str) -> list[str]:
    steps = name.split(".")
    return [".".join(steps[:length]) for length in range(1, len(steps))]


def _nowhere(method: str, path: str) -> Reply:
    error = f"No route matches [{method}] {path}"
    return Reply(404, {"error": error, "error_human": error})


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
