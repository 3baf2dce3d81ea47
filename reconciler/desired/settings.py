"""Load `reconciler.yaml`: tenants, the folder of the role files, and what the guards judge by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reconciler.desired.addresses import address_fault
from reconciler.desired.document import Document, Route
from reconciler.desired.lint.levels import LintLevel, tolerated
from reconciler.desired.reading import read_regular_file
from reconciler.desired.shape import Violation, shipped_shape
from reconciler.desired.text import shown
from reconciler.desired.violations import Message, check_shape
from reconciler.desired.words import listed, suggestion
from reconciler.desired.yaml_events import read_yaml
from reconciler.errors import Problem, SettingsRejected, UsageProblem
from reconciler.model.finding import GuardSettings, Limit, SensitiveGrant
from reconciler.model.permission import Catalogue

SETTINGS = "reconciler.yaml"
"""The name of the settings file; the folder that holds it is the root of the repository."""

DEFAULT_ROLES = "roles"
_TENANT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_KEY = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]{0,99})")
_PERMISSION = re.compile(r"[a-z][a-z0-9_]*(/[^./]+)?(\.[a-z0-9_-]+)+")
_KEY_FIX = "Put the key in a variable and write its name, as in `env:TENANT_API_KEY`"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """How to reach one tenant."""

    kind: str
    url: str | None = None
    key_variable: str | None = None
    """The name of the environment variable that holds the key; never the key."""
    id: str | None = None
    """The id that the tenant must say it has; None where any will do."""
    client_id: str | None = None
    """The public half of an OAuth client; the secret is the key."""
    email: str | None = None
    """The owner of the key, where the product asks for them."""
    account: str | None = None
    """The account inside the product, where one address serves several."""
    file: str | None = None
    """The file that stands for the tenant, seen from the settings."""


def _embedded() -> Mapping[str, TenantSettings]:
    return MappingProxyType({"sandbox": TenantSettings(kind="sandbox")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything `reconciler.yaml` says, with the defaults for what it leaves out."""

    tenants: Mapping[str, TenantSettings] = field(default_factory=_embedded)
    """In the order of the file."""
    default_tenant: str = "sandbox"
    roles: str = DEFAULT_ROLES
    """The folder of the role files: relative, forward slashes, no slash at the end."""
    guards: GuardSettings = field(default_factory=GuardSettings)
    lint: Mapping[str, LintLevel] = field(default_factory=lambda: MappingProxyType({}))
    """The lint rules that are told what they are."""

    @property
    def tolerated(self) -> frozenset[str]:
        """The codes of problems that role files may have."""
        return tolerated(self.lint)


def load_settings(path: Path) -> Settings:
    """Load the settings file at `path`.

    Raises `SettingsRejected` with every problem, and `UsageProblem` where there is no file or it cannot be read.
    """
    raw = read_regular_file(path.parent, path.name)
    if raw is None:
        raise UsageProblem(
            f"There is no {path.name} here; it names the tenants and marks the root of the repository",
            fix="Make one with `reconciler init`, or name yours with --settings",
        )
    return parse_settings(path.name, raw)


def parse_settings(path: str, raw: bytes) -> Settings:
    """Turn the bytes of a settings file into settings; raises `SettingsRejected` with every problem."""
    document = read_yaml(path, raw)
    if document.readable:
        check_shape(document, shipped_shape("settings.schema.json"), _explain)
        if isinstance(document.value, dict):
            _check_meaning(document, document.value)
    if document.problems or not isinstance(document.value, dict):
        raise SettingsRejected(tuple(document.problems))
    return _build(document.value)


def _explain(document: Document, violation: Violation) -> Iterator[Message] | None:
    match violation.route:
        case ("tenants", str(), "key"):
            message = (
                "`key` must name a variable; whatever stands here is visible to everyone who can read the repository"
            )
            return iter([(document.value_place(violation.route), "settings.key", message, _KEY_FIX)])
        case ("tenants", str()) if violation.keyword == "additionalProperties":
            return _tenant_words(document, violation)
    return None


def check_permissions(settings: Settings, catalogue: Catalogue, path: str) -> None:
    """Raise `SettingsRejected` where a guard names a permission that the lock does not have; it would watch nothing."""
    unknown = sorted({p for pair in settings.guards.never_together for p in pair} - catalogue.keys)
    if unknown:
        raise SettingsRejected(
            tuple(
                Problem(
                    path=path,
                    line=0,
                    column=0,
                    code="settings.permission",
                    message=f"`never_together` names {shown(word)}, which the catalogue does not have",
                    fix=suggestion(word, catalogue.keys, "Write a permission of schemas/permissions.yaml"),
                )
                for word in unknown
            )
        )


def _tenant_words(document: Document, violation: Violation) -> Iterator[Message]:
    known = violation.schema["properties"]
    for word in violation.value:
        if word not in known:
            place = document.key_place((*violation.route, word))
            fix = suggestion(word, known, f"Remove it; known here: {listed(sorted(known))}")
            if re.search("key|token|secret|password", word.casefold()):
                fix = f"Write `key:`. {_KEY_FIX}"
            yield place, "schema.unknown-key", f"{shown(word, 40)} is not known here", fix


def _check_meaning(document: Document, value: dict[str, Any]) -> None:
    tenants = value.get("tenants", {"sandbox": {}})
    for name, tenant in tenants.items() if isinstance(tenants, dict) else ():
        route: Route = ("tenants", name)
        if not _TENANT_NAME.fullmatch(name):
            message = f"{shown(name)} cannot be the name of a tenant"
            document.report(document.key_place(route), "settings.tenant-name", message, "Use a-z, 0-9 and dashes")
        if isinstance(tenant, dict):
            _check_tenant(document, route, tenant)
    chosen = value.get("default_tenant", "sandbox")
    if isinstance(chosen, str) and isinstance(tenants, dict) and chosen not in tenants:
        named = "default_tenant" in value
        place = document.value_place(("default_tenant",) if named else ("tenants",))
        message = f"The default tenant {shown(chosen)} is not among the tenants"
        fix = f"Write `default_tenant: {next(iter(tenants), 'sandbox')}`" if not named else ""
        document.report(
            place, "settings.default-tenant", message, fix or suggestion(chosen, tenants, "Name one of them")
        )
    folder = value.get("roles")
    if isinstance(folder, str) and not _contained(folder):
        message = "The roles folder must be a relative path that stays inside the repository"
        document.report(document.value_place(("roles",)), "settings.path", message, "Write a path such as `roles/`")
    guards = value.get("guards")
    pairs = guards.get("never_together") if isinstance(guards, dict) else None
    for index, pair in enumerate(pairs if isinstance(pairs, list) else ()):
        for number, key in enumerate(pair if isinstance(pair, list) else ()):
            if isinstance(key, str) and not _PERMISSION.fullmatch(key):
                place = document.value_place(("guards", "never_together", index, number))
                message = f"{shown(key, 40)} is no permission with its category"
                document.report(place, "settings.permission", message, "Write it as in `users.invite`")


def _check_tenant(document: Document, route: Route, tenant: dict[str, Any]) -> None:
    url, key = tenant.get("url"), tenant.get("key")
    fault = address_fault(url) if isinstance(url, str) else None
    if fault:
        message, fix = fault
        document.report(document.value_place((*route, "url")), "settings.url", message, fix)
    if isinstance(key, str) and not _KEY.fullmatch(key):
        message = "`key` must name a variable; whatever stands here is visible to everyone who can read the repository"
        document.report(document.value_place((*route, "key")), "settings.key", message, _KEY_FIX)


def _contained(folder: str) -> bool:
    """Whether a path is relative, plain and cannot leave the repository on any system."""
    plain = re.fullmatch(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/?", folder)
    return bool(plain) and not any(part.strip(".") == "" for part in folder.rstrip("/").split("/"))


def _build(value: Mapping[str, Any]) -> Settings:
    tenants = {
        name: TenantSettings(
            kind=tenant["kind"],
            url=tenant.get("url"),
            key_variable=tenant["key"][4:] if "key" in tenant else None,
            id=tenant.get("id"),
            client_id=tenant.get("client_id"),
            email=tenant.get("email"),
            account=tenant.get("account"),
            file=tenant.get("file"),
        )
        for name, tenant in value.get("tenants", {}).items()
    }
    return Settings(
        tenants=MappingProxyType(tenants) if tenants else _embedded(),
        default_tenant=value.get("default_tenant", "sandbox"),
        roles=value.get("roles", DEFAULT_ROLES).rstrip("/"),
        guards=_guards(value.get("guards", {})),
        lint=MappingProxyType({rule: LintLevel(level) for rule, level in sorted(value.get("lint", {}).items())}),
    )


def _guards(value: Mapping[str, Any]) -> GuardSettings:
    default = GuardSettings()
    mass = value.get("mass_change", {})
    pairs = {(min(pair), max(pair)) for pair in value.get("never_together", ())}
    return GuardSettings(
        narrowing_people=value.get("narrowing", {}).get("people", default.narrowing_people),
        sensitive_grant=SensitiveGrant(value.get("sensitive_grant", default.sensitive_grant)),
        min_administrators=value.get("min_administrators", default.min_administrators),
        mass_change_roles=_limit(mass["roles"]) if "roles" in mass else default.mass_change_roles,
        mass_change_people=_limit(mass["people"]) if "people" in mass else default.mass_change_people,
        never_together=tuple(sorted(pairs)),
    )


def _limit(written: str | int) -> Limit:
    if isinstance(written, int):
        return Limit(value=written, percent=False)
    return Limit(value=int(written.removesuffix("%")), percent=True)
