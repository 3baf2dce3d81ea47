"""A Zammad in memory, with the quirks of the real one: 5.5 as it was recorded, 6.5 and 7.3 as their sources say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fakes.clock import START
from fakes.zammad.permissions import DISABLED, is_open, permissions_of

from reconciler.tenants.strict_json import Json

Object = dict[str, Json]
LAST_ADMIN = "At least one user needs to have admin permissions."
TAKEN = "This object already exists."
LONGEST_NAME = 100
"""What is longer is cut without a word, as it was recorded."""


class Refused(Exception):
    """A reply other than success."""

    def __init__(self, status: int, error: str, *, human: bool = True) -> None:
        super().__init__(status)
        self.status = status
        self.body: Object = {"error": error, "error_human": error} if human else {"error": error}
        self.headers = {"X-Failure": error} if status in {401, 403} else {}


@dataclass(slots=True, kw_only=True)
class Role:
    """One role; `groups` has the accesses by the id of the group, in no order that means anything."""

    id: int
    name: str
    note: str | None = None
    active: bool = True
    signup: bool = False
    permissions: set[int] = field(default_factory=set)
    groups: dict[int, list[str]] = field(default_factory=dict)
    updated_at: str = ""


@dataclass(slots=True, kw_only=True)
class User:
    """One user."""

    id: int
    login: str
    firstname: str
    roles: set[int]
    active: bool = True


@dataclass(slots=True)
class Zammad:
    """Roles, groups and users by id, and what changes them."""

    version: tuple[int, int] = (5, 5)
    roles: dict[int, Role] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    inactive_groups: set[int] = field(default_factory=set)
    inactive: set[str] = field(default_factory=set)
    """Permissions that are switched off."""
    extra: dict[str, int] = field(default_factory=dict)
    """Permissions of this installation that no version ships."""
    ticks: int = 0
    next_role: int = 1

    @property
    def permissions(self) -> dict[str, int]:
        """Every permission with its id."""
        return {**permissions_of(self.version), **self.extra}

    def moment(self) -> str:
        """Give the next moment; no two changes share one."""
        self.ticks += 1
        return (START + dt.timedelta(milliseconds=self.ticks * 7)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def add_role(
        self,
        name: str,
        permissions: Iterable[str] = (),
        groups: Mapping[str, Iterable[str]] | None = None,
        *,
        note: str | None = None,
        active: bool = True,
        signup: bool = False,
    ) -> int:
        """Put a role into the server without asking whether the product would."""
        role = Role(id=self.next_role, name=name, note=note, active=active, signup=signup, updated_at=self.moment())
        role.permissions = {self.permissions[permission] for permission in permissions}
        role.groups = {self.group_id(group): [*words] for group, words in (groups or {}).items()}
        self.roles[role.id] = role
        self.next_role += 1
        return role.id

    def add_user(self, name: str, *roles: str, active: bool = True) -> int:
        """Put a user into the server."""
        number = max(self.users, default=0) + 1
        held = {self.named(role).id for role in roles}
        login = f"{name.lower()}@example.com"
        self.users[number] = User(id=number, login=login, firstname=name, roles=held, active=active)
        return number

    def named(self, name: str) -> Role:
        """Give the role of a name."""
        return next(role for role in self.roles.values() if role.name == name)

    def names(self, role: Role) -> list[str]:
        """Give the names of what a role has."""
        return [name for name, number in self.permissions.items() if number in role.permissions]

    def group_id(self, name: str) -> int:
        """Give the id of a group."""
        return next(number for number, known in self.groups.items() if known == name)

    def held(self, user: User) -> set[str]:
        """Give what a user has, through active roles, as it was granted."""
        active = (self.roles[number] for number in user.roles if self.roles[number].active)
        return {name for role in active for name in self.names(role)} - self.inactive

    def create(self, sent: Object) -> Role:
        """Create a role as the product does: what the database refuses has used up an id by then."""
        number = self.next_role
        role = Role(id=number, name="", updated_at=self.moment())
        self._require_present(sent.get("name"))
        self._require_note(sent.get("note"))
        self._require_signup(role, sent, self._sent_permissions(role, sent))
        self.next_role += 1
        self._require_free(sent.get("name"), number)
        self._save(role, sent)
        self.roles[number] = role
        return role

    def update(self, number: int, sent: Object) -> tuple[Role, str]:
        """Change what is sent of a role; give it with the moment of change that the reply shows."""
        role = self.roles.get(number)
        if role is None:
            raise Refused(404, f"Couldn't find Role with 'id'={number}")
        if "name" in sent:
            self._require_present(sent["name"])
            self._require_free(sent["name"], number)
        if "note" in sent:
            self._require_note(sent["note"])
        if sent.get("active") is False and role.active and _administers(self.names(role)):
            self._require_other_administrator(number)
        old, shown = self._picture(role), role.updated_at
        self._save(role, sent)
        new = self._picture(role)
        if new != old:
            role.updated_at = self.moment()
        # A change of groups alone touches the role after the reply was made.
        return role, role.updated_at if new[:-1] != old[:-1] else shown

    def assign(self, number: int, wanted: set[int]) -> User:
        """Replace the roles of a user."""
        for role_id in sorted(wanted):
            if role_id not in self.roles:
                raise Refused(422, f"No value found for 'roles' with id {role_id}")
        user = self.users[number]
        # Asked of each role that goes, before it goes and whatever comes in its place: one administrator is too few.
        if any(_administers(self.names(self.roles[role_id])) for role_id in user.roles - wanted):
            self._require_two_administrators()
        user.roles = wanted
        if not wanted and self.version >= (6, 0):
            user.roles = {role.id for role in self.roles.values() if role.signup and role.active}
        return user

    def suspend(self, number: int) -> User:
        """Make a user inactive."""
        user = self.users[number]
        if _administers(self.held(user)):
            self._require_two_administrators()
        user.active = False
        return user

    def _picture(self, role: Role) -> tuple[object, ...]:
        groups = {number: sorted(words) for number, words in role.groups.items()}
        return (role.name, role.note, role.active, role.signup, frozenset(role.permissions), groups)

    def _save(self, role: Role, sent: Object) -> None:
        permissions = self._sent_permissions(role, sent)
        groups = self._sent_groups(role, sent)
        self._require_signup(role, sent, permissions)
        names = {name for name, number in self.permissions.items() if number in permissions}
        if self.version >= (6, 0) and "ticket.agent" not in names:
            groups = {}
        role.name = str(sent.get("name", role.name))[:LONGEST_NAME]
        if "note" in sent:
            role.note = None if sent["note"] is None else _cleaned(str(sent["note"]))
        role.active = bool(sent.get("active", role.active))
        role.signup = bool(sent.get("default_at_signup", role.signup))
        role.permissions, role.groups = permissions, groups

    def _sent_permissions(self, role: Role, sent: Object) -> set[int]:
        known = self.permissions
        by_id = {number: name for name, number in known.items()}
        if "permissions" in sent:
            wanted = set()
            for name in _list(sent["permissions"]):
                if name not in known:
                    raise Refused(422, f"No lookup value found for 'permissions': \"{name}\"")
                wanted.add(known[str(name)])
        elif "permission_ids" in sent:
            wanted = {int(str(number)) for number in _list(sent["permission_ids"])}
            for number in sorted(wanted - set(by_id)):
                raise Refused(422, f"No value found for 'permissions' with id {number}")
        else:
            return role.permissions
        for number in sorted(wanted - role.permissions):
            if by_id[number] in DISABLED:
                raise Refused(500, f"Permission {by_id[number]} is disabled", human=False)
        if any(by_id[number] in {"admin", "admin.user"} for number in role.permissions - wanted):
            self._require_other_administrator(role.id)
        return wanted

    def _sent_groups(self, role: Role, sent: Object) -> dict[int, list[str]]:
        if "groups" in sent:
            found = {self._group_named(name): _list(words) for name, words in _object(sent["groups"]).items()}
        elif "group_ids" in sent:
            found = {int(number): _list(words) for number, words in _object(sent["group_ids"]).items()}
            for number in sorted(set(found) - set(self.groups)):
                raise Refused(422, f"PG::ForeignKeyViolation: Key (group_id)=({number})", human=False)
        else:
            return role.groups
        groups = {number: sorted(map(str, words)) for number, words in found.items()}
        if any("full" in words and len(words) > 1 for words in groups.values()):
            raise Refused(422, "Access Role can have full or granular access to group")
        return {number: words for number, words in groups.items() if words}

    def _group_named(self, name: str) -> int:
        for number, known in self.groups.items():
            if known == name:
                return number
        raise Refused(422, "Attribute 'group_id\" of relation \"roles_groups' required!")

    def _require_signup(self, role: Role, sent: Object, permissions: set[int]) -> None:
        names = [name for name, number in self.permissions.items() if number in permissions]
        closed = [name for name in names if not is_open(name)]
        if sent.get("default_at_signup", role.signup) and closed:
            raise Refused(422, f"Cannot set default at signup when role has {', '.join(closed)} permissions.")

    def _require_present(self, name: Json) -> None:
        if not isinstance(name, str) or not name.strip():
            raise Refused(422, "Name can't be blank")

    def _require_free(self, name: Json, number: int) -> None:
        wanted = str(name).casefold()
        if any(role.name.casefold() == wanted for role in self.roles.values() if role.id != number):
            raise Refused(422, TAKEN if self.version < (6, 0) else "Name has already been taken")

    def _require_note(self, note: Json) -> None:
        if isinstance(note, str) and len(note) > 250:
            raise Refused(422, "Note is too long (maximum is 250 characters)")

    def _require_other_administrator(self, number: int) -> None:
        if not self._administrators(number):
            raise Refused(422, LAST_ADMIN)

    def _require_two_administrators(self) -> None:
        if len(self._administrators(None)) - 1 < 1:
            raise Refused(422, LAST_ADMIN)

    def _administrators(self, without: int | None) -> list[User]:
        roles = {
            role.id
            for role in self.roles.values()
            if role.id != without and role.active and _administers(self.names(role))
        }
        return [user for user in self.users.values() if user.active and user.roles & roles]


def _cleaned(note: str) -> str:
    """Clean HTML as the sources say: tags go, and what stays is written as HTML."""
    return re.sub(r"<[^>]*>", "", note).replace("&", "&amp;")


def _administers(names: Iterable[str]) -> bool:
    return not {"admin", "admin.user"}.isdisjoint(names)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _object(value: Json) -> Object:
    return value if isinstance(value, dict) else {}
