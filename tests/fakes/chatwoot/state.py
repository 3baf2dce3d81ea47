"""A Chatwoot account in memory, with the quirks of the real one as its sources say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from fakes.clock import START

from reconciler.tenants.strict_json import Json

Object = dict[str, Json]
KNOWN = frozenset(
    {
        "conversation_manage",
        "conversation_unassigned_manage",
        "conversation_participating_manage",
        "contact_manage",
        "report_manage",
        "knowledge_base_manage",
    }
)
_WRITABLE = ("name", "description", "permissions")


class Refused(Exception):
    """A reply other than success."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


@dataclass(slots=True, kw_only=True)
class Switches:
    """What differs between versions, builds and plans."""

    enabled: bool = True
    """Whether the feature `custom_roles` is on for the account."""
    gated: bool = True
    """Whether the server looks at the feature at all, as it does since the middle of 2026."""
    enterprise: bool = True
    """Whether the build has the code of custom roles."""
    audited: bool = True
    """Whether the feature `audit_logs` is on."""
    more: frozenset[str] = frozenset()
    """Permissions that this build has besides, such as a fork's."""


@dataclass(slots=True)
class Chatwoot:
    """Custom roles and memberships of one account by id, and what changes them."""

    number: int = 1
    title: str = "Fjord Desk"
    switches: Switches = field(default_factory=Switches)
    roles: dict[int, Object] = field(default_factory=dict)
    agents: dict[int, Object] = field(default_factory=dict)
    audits: list[Object] = field(default_factory=list)
    ticks: int = 0
    next_role: int = 1

    @property
    def open(self) -> bool:
        """Whether custom roles answer and count."""
        return self.switches.enabled or not self.switches.gated

    def moment(self) -> str:
        """Give the next moment; no two changes share one."""
        self.ticks += 1
        return (START + dt.timedelta(milliseconds=self.ticks * 7)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def add_role(self, name: str, permissions: Iterable[str] = (), description: str | None = None) -> int:
        """Have a role of somebody else's making; a name may come again."""
        return self.create({"name": name, "description": description, "permissions": [*permissions]})

    def add_agent(self, name: str, role: str = "agent", custom: int | None = None, *, confirmed: bool = True) -> int:
        """Have somebody in the account."""
        number = len(self.agents) + 1
        self.agents[number] = {
            "id": number,
            "name": name,
            "email": f"{name.lower()}@example.com",
            "role": role,
            "confirmed": confirmed,
            "custom_role_id": custom,
        }
        return number

    def named(self, name: str) -> Object:
        """Give the one role of a name."""
        (role,) = (role for role in self.roles.values() if role["name"] == name)
        return role

    def create(self, fields: Object) -> int:
        """Make a role; raises what the product answers to fields that it does not take."""
        self._require_valid({"name": None, "permissions": [], **fields})
        number, now = self.next_role, self.moment()
        self.next_role += 1
        written = {key: fields.get(key) for key in _WRITABLE}
        written["permissions"] = fields.get("permissions") or []
        self.roles[number] = {"id": number, **written, "created_at": now, "updated_at": now}
        return number

    def update(self, number: int, fields: Object) -> None:
        """Change what is sent; the row moves to the end of the list, as rows do that are written."""
        changed = {key: fields[key] for key in _WRITABLE if key in fields}
        self._require_valid(changed)
        role = self.roles.pop(number)
        self.roles[number] = role | changed | {"updated_at": self.moment()}

    def delete(self, number: int) -> None:
        """Take a role away; whoever had it becomes a plain agent."""
        del self.roles[number]
        for agent in self.agents.values():
            if agent["custom_role_id"] == number:
                agent["custom_role_id"] = None

    def edit_agent(self, number: int, fields: Object, custom: Json) -> None:
        """Change somebody; without the feature the custom role is ignored, else written whatever came."""
        agent = self.agents[number]
        role = fields.get("role", agent["role"])
        if role != agent["role"]:
            self.audits.append({"auditable_type": "AccountUser", "auditable_id": number, "action": "update"})
        agent["role"] = role
        if self.open:
            agent["custom_role_id"] = custom

    def _require_valid(self, fields: Object) -> None:
        name = fields.get("name", "there")
        if not isinstance(name, str) or not name.strip():
            raise _invalid("Name can't be blank", "name")
        for key in ("name", "description"):
            text = fields.get(key)
            if isinstance(text, str) and len(text) > 255:
                raise _invalid(f"{key.capitalize()} is too long (maximum is 255 characters)", key)
        permissions = fields.get("permissions", [])
        known = KNOWN | self.switches.more
        if not isinstance(permissions, list) or any(word not in known for word in permissions):
            raise _invalid("Permissions is not included in the list", "permissions")


def _invalid(message: str, attribute: str) -> Refused:
    return Refused(422, {"message": message, "attributes": [attribute]})
