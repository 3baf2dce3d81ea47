"""A Zendesk account in memory, with the quirks of the real one that are known; those that are not are switches."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass, field

from fakes.clock import START
from fakes.zendesk.recorded import ADMIN, LISTED

from reconciler.tenants.strict_json import Json

Object = dict[str, Json]

READ_ONLY = frozenset({"chat_access", "group_access", "light_agent", "moderate_forums", "organization_notes_editing"})
RESERVED = frozenset({"agen", "agent", "administrator", "admin", "billing admin", "light agent"})
MOST_ROLES = 197


@dataclass(slots=True, kw_only=True)
class Switches:
    """What the pages of the vendor leave open; each default is the more likely."""

    created_status: int = 200
    in_use_status: int = 422
    read_only_refused: bool = False
    """Whether a read-only key in a write is a 422; else it is ignored."""
    nested_merges: bool = True
    """Whether `custom_objects` merges with what is there; else it is replaced."""
    token_seconds: int | None = 1800
    """How long a token lasts; None leaves the field out of the reply."""
    per_minute: int | None = None
    page_names_total: bool = True
    """Whether the list of roles has `count`."""
    roles_page: int | None = None
    """How many roles one page of the list has; None for all."""
    job_polls: int = 2
    """How often a job of update_many says that it works before it is done."""
    job_fails: bool = False
    moving_touches_role: bool = False
    """Whether giving somebody a role changes its `updated_at`."""


class Refused(Exception):
    """A reply other than success."""

    def __init__(self, status: int, body: Json, **headers: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers


def not_found() -> Refused:
    """Give the recorded 404."""
    return Refused(404, {"error": "RecordNotFound", "description": "Not found"})


def invalid(name: str, words: str) -> Refused:
    """Give a 422 that names a field."""
    details: Object = {name: [{"description": words, "error": "Invalid"}]}
    return Refused(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})


def forbidden() -> Refused:
    """Give the 403 in the form with titles."""
    return Refused(403, {"errors": [{"title": "Forbidden", "detail": "You do not have access to this page."}]})


@dataclass(slots=True)
class Account:
    """Roles and users by id, and what changes them."""

    switches: Switches = field(default_factory=Switches)
    roles: dict[int, Object] = field(default_factory=dict)
    users: dict[int, Object] = field(default_factory=dict)
    jobs: dict[str, Object] = field(default_factory=dict)
    ticks: int = 0

    def moment(self) -> str:
        """Give the next second; no two changes share one."""
        self.ticks += 1
        return (START + dt.timedelta(seconds=self.ticks)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def add_role(self, name: str, configuration: Object, *, description: str = "", role_type: int = 0) -> int:
        """Put a role into the account without asking whether the product would."""
        number = 6_130_869_000_000 + len(self.roles) + self.ticks * 1000
        now = self.moment()
        self.roles[number] = {
            "id": number,
            "name": name,
            "description": description,
            "role_type": role_type,
            "created_at": now,
            "updated_at": now,
            "configuration": copy.deepcopy(configuration),
        }
        return number

    def add_user(self, name: str, role_id: int | None, *, role: str = "agent", suspended: bool = False) -> int:
        """Put a user into the account."""
        number = 7_230_000_000_001 + len(self.users)
        self.users[number] = {
            "id": number,
            "name": name,
            "email": f"{name.lower().replace(' ', '.')}@desk.example",
            "role": role,
            "role_type": None if role_id is None else self.roles[role_id]["role_type"],
            "custom_role_id": role_id,
            "active": True,
            "suspended": suspended,
        }
        return number

    def shown(self, role: Object) -> Object:
        """Give a role with the number of its people."""
        count = sum(user["custom_role_id"] == role["id"] for user in self.users.values())
        return {**role, "team_member_count": count}

    def named(self, name: str) -> Object:
        """Give the role of a name."""
        return next(self.shown(role) for role in self.roles.values() if role["name"] == name)

    def create(self, sent: Object) -> Object:
        """Create a role as the product does."""
        name = sent.get("name")
        if not isinstance(name, str) or not name.strip():
            raise invalid("name", "Name: cannot be blank")
        self._require_free(name, None)
        if sum(role["role_type"] == 0 for role in self.roles.values()) >= MOST_ROLES:
            raise invalid("base", f"Maximum number of {MOST_ROLES} custom roles reached")
        own = self._writable(sent)
        configuration: Object = {**dict.fromkeys(sorted(READ_ONLY), False), **own}
        number = self.add_role(name, configuration, description=str(sent.get("description") or ""))
        return self.shown(self.roles[number])

    def update(self, number: int, sent: Object) -> Object:
        """Change what is sent of a role, and nothing else."""
        role = self._editable(number)
        name = sent.get("name", role["name"])
        if not isinstance(name, str) or not name.strip():
            raise invalid("name", "Name: cannot be blank")
        if name != role["name"]:
            self._require_free(name, number)
        own = self._writable(sent)
        configuration = role["configuration"]
        assert isinstance(configuration, dict)
        objects = own.get("custom_objects")
        if self.switches.nested_merges and isinstance(objects, dict):
            before = configuration.get("custom_objects")
            own["custom_objects"] = {**(before if isinstance(before, dict) else {}), **objects}
        role |= {
            "name": name,
            "description": sent.get("description", role["description"]),
            "configuration": {**configuration, **own},
            "updated_at": self.moment(),
        }
        return self.shown(role)

    def delete(self, number: int) -> None:
        """Delete a role that nobody has."""
        role = self._editable(number)
        if self.shown(role)["team_member_count"]:
            raise Refused(
                self.switches.in_use_status,
                {"error": "RecordInvalid", "description": "The role is assigned to one or more agents"},
            )
        del self.roles[number]

    def update_user(self, number: int, sent: Object) -> Object:
        """Give a user another role."""
        if number not in self.users:
            raise not_found()
        user = self.users[number]
        wanted = sent.get("custom_role_id", user["custom_role_id"])
        if not isinstance(wanted, int) or wanted not in self.roles:
            raise invalid("custom_role_id", "Custom role: is invalid")
        role = self.roles[wanted]
        user |= {"custom_role_id": wanted, "role_type": role["role_type"]}
        if self.switches.moving_touches_role:
            role["updated_at"] = self.moment()
        return user

    def _editable(self, number: int) -> Object:
        if number not in self.roles:
            raise not_found()
        role = self.roles[number]
        if role["role_type"] != 0:
            raise forbidden()
        return role

    def _require_free(self, name: str, own: int | None) -> None:
        taken = {str(role["name"]).casefold() for number, role in self.roles.items() if number != own}
        if name.casefold() in taken | RESERVED:
            raise invalid("name", "Name: has already been taken")

    def _writable(self, sent: Object) -> Object:
        configuration = sent.get("configuration", {})
        assert isinstance(configuration, dict)
        if self.switches.read_only_refused and READ_ONLY & set(configuration):
            raise invalid("configuration", "Configuration: has a key that is read-only")
        return {key: value for key, value in configuration.items() if key not in READ_ONLY}


def an_account() -> Account:
    """Give the account that the recordings tell of: Admin of 2023 and the six roles of 2021; nobody works there."""
    account = Account()
    for recorded in (ADMIN, *LISTED):
        role = recorded.role()
        del role["team_member_count"]
        account.roles[recorded.id] = role
    return account
