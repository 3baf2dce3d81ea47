"""Read the golden cases: a folder of plain JSON files is a case, and a new folder is a new case."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from builders import (
    KEYS,
    NOBODY,
    UNKNOWN,
    a_base,
    a_catalogue,
    a_confirmation,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    some_people,
)
from fakes.tenant import FakeTenant

from reconciler.model.finding import Confirmation, GuardSettings, Limit, SensitiveGrant
from reconciler.model.person import Person
from reconciler.model.product import Product
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleKind
from reconciler.model.state import Account
from reconciler.operations.plan import Request

FOLDER = Path(__file__).parent
CASES = sorted(path.parent for path in FOLDER.glob("*/desired.json"))

Json = Mapping[str, Any]


def read(case: Path, name: str, otherwise: object = None) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Give a file of a case; the alternative where the case has none."""
    path = case / name
    return json.loads(path.read_text("utf-8")) if path.exists() else otherwise


def request(case: Path) -> Request:
    """Give what the files of a case ask for."""
    desired = read(case, "desired.json")
    base = desired.get("base")
    settings = _settings(read(case, "settings.json", {}))
    return a_request(
        *(_file(role) for role in desired["roles"]),
        settings=settings,
        confirmations=[_confirmation(entry) for entry in read(case, "confirmations.json", [])],
        base=None if base is None else a_base(*(_file(role) for role in base), guards=settings),
        commit=desired.get("commit"),
    )


def tenant(case: Path) -> FakeTenant:
    """Give the tenant of a case."""
    live = read(case, "live.json")
    roles = tuple(_live(role) for role in live["roles"])
    people = tuple(person for told in live.get("people", ()) for person in _people(told, roles))
    found = a_tenant(
        *roles,
        people=people,
        account=_account(live.get("account"), people),
        catalogue=a_catalogue(*KEYS, *([UNKNOWN] if live.get("has_labs") else [])),
        product=_product(live.get("product", {})),
    )
    found.lists_holders = live.get("lists_holders", True)
    found.refused = dict(live.get("refused", {}))
    return found


def _file(told: Json) -> DesiredRole | RetiredRole:
    if told.get("retired"):
        return a_retired_role(**{k: v for k, v in told.items() if k != "retired"})
    return a_role(told["key"], grants=told["permissions"], **_without(told, "key", "permissions"))


def _live(told: Json) -> LiveRole:
    kind = RoleKind(told.get("kind", "custom"))
    return a_live_role(
        told["name"], grants=told["permissions"], kind=kind, **_without(told, "name", "permissions", "kind")
    )


def _people(told: Json, roles: tuple[LiveRole, ...]) -> tuple[Person, ...]:
    """Give one person with an id, or many with a prefix; roles are named as people see them."""
    ids = {role.content.name: role.id for role in roles}
    some = some_people(told["count"], prefix=told["prefix"]) if "count" in told else (a_person(told["id"]),)
    held = frozenset(ids[name] for name in told["roles"])
    kinds = {name: told.get(name, True) for name in ("active", "human")}
    return tuple(replace(person, role_ids=held, **kinds) for person in some)


def _account(told: Json | None, people: tuple[Person, ...]) -> Account:
    if told is None:
        return NOBODY
    (person,) = (person for person in people if person.id == told["person"])
    return Account(person_id=person.id, role_ids=person.role_ids, needs=frozenset(told["needs"]))


def _product(told: Json) -> Product:
    """Give the support product with what the case says otherwise."""
    return Product(**{**told, "left_behind": frozenset(told.get("left_behind", ()))})


def _settings(told: Json) -> GuardSettings:
    """Give the documented defaults with what the case says otherwise."""
    parts = dict(told)
    for name in {"mass_change_roles", "mass_change_people"} & parts.keys():
        text = str(parts[name])
        parts[name] = Limit(value=int(text.rstrip("%")), percent=text.endswith("%"))
    if "sensitive_grant" in parts:
        parts["sensitive_grant"] = SensitiveGrant(parts["sensitive_grant"])
    parts["never_together"] = tuple(tuple(pair) for pair in parts.get("never_together", ()))
    return GuardSettings(**parts)


def _confirmation(told: Json) -> Confirmation:
    return a_confirmation(
        told["id"], people_at_most=told["people_at_most"], expires=dt.date.fromisoformat(told["expires"])
    )


def _without(told: Json, *names: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key not in names}
