"""What an accepted file says, worked out a second time from the library's own nodes and from the words of the language.

The loader takes events and builds values itself; this takes the library's nodes and its safe constructor. Where YAML
1.1 and the language differ (`yes`, `0x1`, a day), what the language keeps is the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import yaml

from reconciler.desired.confirmations import parse_confirmations
from reconciler.desired.document import Value
from reconciler.desired.settings import Settings
from reconciler.model.finding import Confirmation, GuardSettings
from reconciler.model.permission import Catalogue, PermissionLevel
from reconciler.model.role import DesiredRole, RetiredRole

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST_NUMBER = 18
"""Digits; a longer number stays text."""
_LINE = 10_000_000
"""So wide is a line that is written again; no text is folded."""


def said(raw: bytes) -> Value:
    """Give what a file says; requires one document without an anchor, an alias, a tag or a key twice."""
    for event in yaml.parse(raw, Loader=_LOADER):
        assert not isinstance(event, yaml.AliasEvent), event
        assert getattr(event, "anchor", None) is None, event
        assert getattr(event, "tag", None) is None, event
    node = yaml.compose(raw, Loader=_LOADER)
    assert node is not None
    return _value(node)


def fields_of(raw: bytes) -> dict[str, Any]:
    """Give what a file says that is a mapping."""
    value = said(raw)
    assert isinstance(value, dict)
    return value


def again(value: object) -> bytes:
    """Write a value with the library."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=_LINE).encode()


def _value(node: yaml.Node) -> Value:
    if isinstance(node, yaml.MappingNode):
        pairs = [(_key(key), _value(value)) for key, value in node.value]
        assert len(dict(pairs)) == len(pairs), "a key is written twice"
        return dict(pairs)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    assert isinstance(node, yaml.ScalarNode), node
    return str(node.value) if node.style else _plain(node.value, node.tag)


def _key(node: yaml.Node) -> str:
    assert isinstance(node, yaml.ScalarNode), node
    assert node.style or _plain(node.value, node.tag) == node.value, "a key is no text"
    return str(node.value)


def _plain(text: str, tag: str) -> str | bool | int:
    """Give what a plain word is: what the library makes of it, where it would be written like that again."""
    assert tag != "tag:yaml.org,2002:null", "nothing is no value"
    if tag == "tag:yaml.org,2002:bool" and text in {"true", "false"}:
        return bool(yaml.safe_load(text))
    if tag == "tag:yaml.org,2002:int":
        with suppress(ValueError):  # `0b_` looks like a number to the library, and is none
            number = int(yaml.safe_load(text))
            if str(number) == text and len(text.lstrip("-")) <= _LONGEST_NUMBER:
                return number
    return text


def role_agrees(role: DesiredRole | RetiredRole, file: Mapping[str, Any], catalogue: Catalogue) -> None:
    """Require that a role without a base is what its file says."""
    assert role.standard == file.get("standard", False)
    assert list(role.previously) == file.get("previously", [])
    assert role.owner == file.get("owner")
    if isinstance(role, RetiredRole):
        assert file["retired"] is True
        assert (role.name, role.move_users_to) == (file["name"], file.get("move_users_to"))
        return
    assert not file.get("retired", False)
    assert (role.content.name, role.content.description) == (file["name"], file["description"])
    assert role.based_on is None
    assert role.content.permissions == _permissions(file["permissions"], catalogue)


def _permissions(words: Mapping[str, Any], catalogue: Catalogue) -> frozenset[str]:
    """Expand the words of a file against a catalogue without families and levels, in which nothing implies another."""
    on, off = set[str](), set[str]()
    for category in catalogue.categories:
        every = {permission.key for permission in category.permissions}
        views = {permission.key for permission in category.permissions if permission.level is PermissionLevel.VIEW}
        selections = {"all": every, "view": views, "none": set[str]()}
        match words.get(category.key, "none"):
            case str(word):
                on |= selections[word]
            case list(listed):
                on |= {f"{category.key}.{word}" for word in listed}
            case switches:
                for word, state in switches.items():
                    one = {f"{category.key}.{word}"}
                    ticked = state in ("on", True)
                    on |= selections.get(word, one) if ticked else set()
                    off |= set() if ticked else one
    return frozenset(on - off)


def settings_agree(settings: Settings, file: Mapping[str, Any]) -> None:
    """Require that settings are what their file says, and the defaults where it says nothing."""
    tenants = file.get("tenants") or {"sandbox": {"kind": "sandbox"}}
    assert list(settings.tenants) == list(tenants)
    for name, tenant in settings.tenants.items():
        fields = ("kind", "url", "id", "client_id", "email", "account", "file")
        found = {field: getattr(tenant, field) for field in fields if getattr(tenant, field) is not None}
        key = {} if tenant.key_variable is None else {"key": f"env:{tenant.key_variable}"}
        assert found | key == tenants[name]
    assert settings.default_tenant == file.get("default_tenant", "sandbox")
    assert settings.roles == file.get("roles", "roles").rstrip("/")
    assert dict(settings.lint) == file.get("lint", {})
    _guards_agree(settings.guards, file.get("guards", {}))


def _guards_agree(guards: GuardSettings, file: Mapping[str, Any]) -> None:
    default, mass = GuardSettings(), file.get("mass_change", {})
    assert guards.narrowing_people == file.get("narrowing", {}).get("people", default.narrowing_people)
    assert guards.sensitive_grant == file.get("sensitive_grant", default.sensitive_grant)
    assert guards.min_administrators == file.get("min_administrators", default.min_administrators)
    for limit, usual, word in (
        (guards.mass_change_roles, default.mass_change_roles, "roles"),
        (guards.mass_change_people, default.mass_change_people, "people"),
    ):
        written = f"{limit.value}%" if limit.percent else limit.value
        assert written == mass[word] if word in mass else limit == usual
    assert {frozenset(pair) for pair in guards.never_together} == set(map(frozenset, file.get("never_together", ())))


def confirmations_agree(entries: tuple[Confirmation, ...], raw: bytes) -> None:
    """Require that confirmations are what their file says, each id once, and say the same written again."""
    told = list(_told(entries))
    assert told == (said(raw) if told else [])
    assert len({entry["id"] for entry in told}) == len(told)
    assert not told or list(_told(parse_confirmations("confirmations.yaml", again(told)))) == told


def _told(entries: tuple[Confirmation, ...]) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        yield {
            "id": entry.id,
            "people_at_most": entry.people_at_most,
            "reason": entry.reason,
            "expires": entry.expires.isoformat(),
        }
