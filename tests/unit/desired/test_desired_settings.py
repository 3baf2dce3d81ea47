"""The settings file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reconciler.desired.addresses import address_fault
from reconciler.desired.settings import Settings, TenantSettings, load_settings, parse_settings
from reconciler.errors import Exit, SettingsRejected, UsageProblem
from reconciler.model.finding import GuardSettings, Limit, SensitiveGrant

FULL = """\
tenants:
  sandbox: {kind: sandbox}
  production:
    kind: support
    url: https://acme.example/api/v1
    key: env:TENANT_API_KEY
default_tenant: production
roles: desk/roles/
guards:
  narrowing: {people: 3}
  sensitive_grant: allow
  min_administrators: 4
  mass_change: {roles: 5, people: 7%}
  never_together:
    - [users.invite, settings.api_keys]
    - [contacts.delete, contacts.bulk]
"""


def codes(text: str) -> list[str]:
    """Give the codes of settings that must be refused."""
    with pytest.raises(SettingsRejected) as caught:
        parse_settings("reconciler.yaml", text.encode())
    assert caught.value.exit_code == Exit.USAGE
    return [problem.code for problem in caught.value.problems]


def test_everything_said_is_taken_over() -> None:
    """Each field of the file reaches the settings."""
    settings = parse_settings("reconciler.yaml", FULL.encode())

    assert list(settings.tenants) == ["sandbox", "production"]
    assert settings.tenants["production"] == TenantSettings(
        kind="support", url="https://acme.example/api/v1", key_variable="TENANT_API_KEY"
    )
    assert (settings.default_tenant, settings.roles) == ("production", "desk/roles")
    assert settings.guards == GuardSettings(
        narrowing_people=3,
        sensitive_grant=SensitiveGrant.ALLOW,
        min_administrators=4,
        mass_change_roles=Limit(value=5, percent=False),
        mass_change_people=Limit(value=7, percent=True),
        never_together=(("contacts.bulk", "contacts.delete"), ("settings.api_keys", "users.invite")),
    )


def test_what_is_left_out_has_its_default() -> None:
    """An empty mapping gives the embedded tenant, the folder roles and the guards of the documentation."""
    assert parse_settings("reconciler.yaml", b"{}") == Settings()
    assert dict(Settings().tenants) == {"sandbox": TenantSettings(kind="sandbox")}
    assert parse_settings("reconciler.yaml", b"guards: {mass_change: {roles: 1}}").guards == GuardSettings(
        mass_change_roles=Limit(value=1, percent=False)
    )


def test_settings_cannot_be_changed() -> None:
    """Nothing that holds the settings can alter them."""
    settings = Settings()

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.roles = "x"
    with pytest.raises(TypeError):
        settings.tenants["x"] = TenantSettings(kind="x")


def test_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """Without a settings file the message names the command that writes one."""
    with pytest.raises(UsageProblem) as caught:
        load_settings(tmp_path / "reconciler.yaml")

    assert "reconciler init" in caught.value.fix


def test_file_is_read_from_where_it_is(tmp_path: Path) -> None:
    """The path that is given is the one that is read, unless it is a link."""
    (tmp_path / "other.yaml").write_text(FULL)
    (tmp_path / "link.yaml").symlink_to("other.yaml")

    assert load_settings(tmp_path / "other.yaml").default_tenant == "production"
    with pytest.raises(UsageProblem, match="symbolic link"):
        load_settings(tmp_path / "link.yaml")


@pytest.mark.parametrize(
    "value", ["0", "-1", '"2"', "true", "1000000000", "2.5", "two", "[2]", "999999999999999999999"]
)
@pytest.mark.parametrize("guard", ["min_administrators: {}", "narrowing: {{people: {}}}"])
def test_number_of_a_guard_has_bounds(guard: str, value: str) -> None:
    """A guard cannot be switched off by a number, nor weakened by a value of another kind."""
    assert codes(f"guards:\n  {guard.format(value)}\n")[0] in {"schema.range", "schema.type"}


@pytest.mark.parametrize(
    "value", ["0", "-3", "0%", "101%", "200%", "5.5%", '"%"', "5 %", "30%x", '"30%\\n"', "true", "many", "05%"]
)
def test_limit_is_a_number_or_a_share(value: str) -> None:
    """A limit is a whole number from 1 or a share from 1 to 100 percent."""
    assert codes(f"guards:\n  mass_change: {{roles: {value}}}\n")[0].startswith("schema.")


@pytest.mark.parametrize(("value", "meant"), [("1%", 1), ("30%", 30), ("100%", 100)])
def test_share_is_read(value: str, meant: int) -> None:
    """Shares keep their number."""
    settings = parse_settings("x", f"guards: {{mass_change: {{people: {value}}}}}".encode())

    assert settings.guards.mass_change_people == Limit(value=meant, percent=True)


@pytest.mark.parametrize(
    "text",
    [
        "tenant: {}",
        "guards: {min_admins: 2}",
        "tenants: {a: {kind: x, uri: y}}",
        "guards: {narrowing: {persons: 3}}",
        "env: x",
    ],
)
def test_unknown_key_is_refused(text: str) -> None:
    """A key that means nothing is an error on every level."""
    assert "schema.unknown-key" in codes(text)


@pytest.mark.parametrize(
    "tenant",
    [
        "key: sk_live_4f9a",
        "key: env:sk-live-4f9a",
        "key: env:4f9asecret",
        "key: env:A:4f9a",
        "key: [sk_4f9a]",
        "api_key: sk_live_4f9a",
        "token: sk_live_4f9a",
        'key: "env:A\\n"',
        "url: https://user:sk_live_4f9a@acme.example",
        "url: https://acme.example/?key=sk_live_4f9a",
        "kind2: sk_live_4f9a",
    ],
)
def test_literal_key_is_refused_and_never_echoed(tenant: str) -> None:
    """A secret in the settings is refused, and no part of it is in any message."""
    with pytest.raises(SettingsRejected) as caught:
        parse_settings("reconciler.yaml", f"tenants:\n  sandbox:\n    kind: support\n    {tenant}\n".encode())

    assert caught.value.problems
    assert "4f9a" not in str(caught.value.problems)


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.example",
        "ftp://acme.example",
        "acme.example",
        "https://",
        "https://acme.example?x=1",
        "https://acme.example#x",
        "https://user@acme.example",
        "https://user:pw@acme.example",
        "https://10.0.0.1",
        "https://[fe80::1]",
        "https://169.254.169.254",
        "https://acme.example.",
        "https://ACME.example",
        "https://xn--acm-epa.example",
        "https://acm\u0435.example",
        "https://acme.example:0",
        "https://acme.example:99999",
        "https://acme.example:x",
        "https://acme.example/../x",
        "https://acme.example/./x",
        "https://acme.example/a b",
        "https://acme.example\\@evil.example",
        "https://[bad",
        "https://-acme.example",
        "https://acme..example",
        "https://1.2.3",
        "http://127.0.0.1.evil.example",
        "https://acme.example:443:443",
        "https://acme.example:8443/api/",
    ],
)
def test_dangerous_address_is_refused(url: str) -> None:
    """An address that could leak a key or lead elsewhere is refused."""
    assert address_fault(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example",
        "https://acme.example/api/v1",
        "https://acme.example:443/api/",
        "http://127.0.0.1:8080/api/v1",
        "http://localhost:1",
        "http://[::1]:8080/",
        "https://a-b.c-d.example",
        "https://localhost",
    ],
)
def test_ordinary_address_passes(url: str) -> None:
    """Https anywhere, http on this machine."""
    assert address_fault(url) is None


@pytest.mark.parametrize(
    "folder",
    [
        "../roles",
        "/etc",
        "roles/../..",
        "roles/./a",
        "a//b",
        "C:/roles",
        "roles\\\\a",
        ".",
        "..",
        "~/roles",
        '"r\\0s"',
        "//x",
        "...",
    ],
)
def test_folder_outside_the_repository_is_refused(folder: str) -> None:
    """The roles folder is a relative path that cannot leave the repository on any system."""
    assert codes(f"roles: {folder}")[0] in {"settings.path", "text.control"}


def test_default_tenant_must_be_there() -> None:
    """A command without --tenant must have one to mean, named or by default."""
    assert codes("tenants: {production: {kind: support}}") == ["settings.default-tenant"]
    assert codes("default_tenant: prod") == ["settings.default-tenant"]
    assert codes("tenants: {a: {kind: x}}\ndefault_tenant: b") == ["settings.default-tenant"]


@pytest.mark.parametrize("name", ["Production", "a b", "-a", "é", "a.b", "x" * 64])
def test_tenant_name_is_plain(name: str) -> None:
    """Names of tenants can stand in a path and on a command line."""
    assert "settings.tenant-name" in codes(f"tenants: {{sandbox: {{kind: sandbox}}, {name}: {{kind: x}}}}")


@pytest.mark.parametrize(
    "pair", ["[users.invite]", "[a.b, a.b]", "[a.b, c.d, e.f]", "users.invite", "[users, settings]", "[1, 2]"]
)
def test_pair_is_two_permissions(pair: str) -> None:
    """A pair that no person may hold is two different permissions with their category."""
    assert codes(f"guards: {{never_together: [{pair}]}}")


def test_all_problems_are_told_at_once() -> None:
    """One run shows everything that is wrong, in the order of the file."""
    assert codes("roles: /x\nguards: {min_administrators: 0}\nbogus: 1\n") == [
        "settings.path",
        "schema.range",
        "schema.unknown-key",
    ]


@pytest.mark.parametrize(
    "text", ["- a", "text", "", "a: [", "a: &x 1", "tenants: []", "guards: 3", "tenants: {a: b}", "tenants: {}"]
)
def test_file_of_another_shape_is_refused(text: str) -> None:
    """Settings that are no mapping of mappings are refused like any other fault."""
    assert codes(text)
