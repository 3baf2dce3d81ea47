"""Connect the rooms: settings to files, files to a request, a tenant's name to a reader or a writer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from reconciler.cli.invocation import Invocation
from reconciler.desired.catalogue import LOCK, load_catalogue
from reconciler.desired.confirmations import load_confirmations
from reconciler.desired.language import Reading, load_desired, read_desired
from reconciler.desired.lint.levels import UNHELD_ROLE, LintLevel
from reconciler.desired.settings import Settings, TenantSettings, check_permissions, load_settings
from reconciler.errors import InputRejected, Problem, UsageProblem
from reconciler.model.adoption import Adoption
from reconciler.model.finding import BaseRevision, Confirmation, GuardSettings
from reconciler.model.permission import Catalogue
from reconciler.model.role import RoleId, RoleKey, RoleKind
from reconciler.model.state import DesiredState
from reconciler.operations.plan import Request
from reconciler.ports import Clock, Progress, TenantReader, TenantWriter
from reconciler.tenants.connection import Connection, Key, TenantKind

STATE_FOLDER = ".reconciler"
"""Beside the settings: the embedded tenant's database and the journals. Never committed."""

JOURNAL = "journal"
"""The folder of the journals, in the state folder."""

CONFIRMATIONS = "confirmations.yaml"
"""Beside the settings."""


@dataclass(frozen=True)
class Project:
    """A repository of roles: what its files say, read once, when first asked for."""

    invocation: Invocation
    begun: Settings | None = None
    """The settings of a repository that is still to be made."""

    @property
    def root(self) -> Path:
        """The folder of the settings; every path in the settings is relative to it."""
        try:
            return self.invocation.settings_file.resolve().parent
        except (OSError, RuntimeError) as error:
            raise UsageProblem(
                f"{self.invocation.settings_file} leads nowhere", fix="Name the settings with --settings"
            ) from error

    @property
    def confirmations_file(self) -> Path:
        """Where confirmations are recorded."""
        return self.root / CONFIRMATIONS

    @property
    def inputs(self) -> tuple[str, ...]:
        """The files beside those of the roles that decide what an apply does, seen from the root."""
        from reconciler.core.identity import PINS

        return (self.invocation.settings_file.name, CONFIRMATIONS, LOCK, PINS)

    @property
    def state_folder(self) -> Path:
        """Where the embedded tenant and the journals live; raises `UsageProblem` where it is a link.

        A link could come with the commit, and what is written there would land anywhere.
        """
        folder = self.root / STATE_FOLDER
        for place in (folder, folder / JOURNAL):
            if place.is_symlink():
                raise UsageProblem(
                    f"{place.relative_to(self.root)} is a symbolic link, and nothing is written through links",
                    fix="Remove the link; the folder is made where it is missing",
                )
        return folder

    def require_output(self, path: Path) -> None:
        """Raise `UsageProblem` where a result would replace a file that this program reads, or cannot be written.

        Where the settings cannot be read, any YAML file counts as one that it reads.
        """
        from reconciler.cli.output import require_writable

        require_writable(path)
        target = path.parent.resolve() / path.name
        files = {self.invocation.settings_file.resolve(), self.confirmations_file}
        folders = [self.root / "schemas", self.root / ".git", self.root / ".github"]
        try:
            folders.append(self.root / self.settings.roles)
            unclear = False
        except UsageProblem:  # a result may say so, but nobody knows where the roles are
            unclear = target.suffix.lower() in {".yaml", ".yml"}
        if unclear or target in files or any(target.is_relative_to(folder.resolve()) for folder in folders):
            raise UsageProblem(
                f"{path} belongs to the repository of roles, and a result would replace it",
                fix="Name a file of its own",
            )

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises `UsageProblem`."""
        return load_settings(self.invocation.settings_file) if self.begun is None else self.begun

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue lock; raises `InputRejected`."""
        return load_catalogue(self.root)

    @cached_property
    def guards(self) -> GuardSettings:
        """What the guards judge by; raises `SettingsRejected` where they name what the lock does not have."""
        check_permissions(self.settings, self.catalogue, self.invocation.settings_file.name)
        return self.settings.guards

    @cached_property
    def desired(self) -> DesiredState:
        """The desired state; raises `InputRejected`, `NoRolesFound` or `UsageProblem`."""
        desired = load_desired(self.root, self.settings.roles, self.catalogue, self.settings.tolerated)
        return replace(desired, pinned_ids=self.pinned_ids)

    @cached_property
    def pinned_ids(self) -> Mapping[RoleKey, RoleId]:
        """The ids that are pinned for the chosen tenant; raises `InputRejected`."""
        from reconciler.desired.ids import load_ids

        return load_ids(self.root, self.tenant[0])

    @cached_property
    def reading(self) -> Reading:
        """The desired state with the way it is written; raises like `desired`."""
        reading = read_desired(self.root, self.settings.roles, self.catalogue, self.settings.tolerated)
        if reading.problems:
            raise InputRejected(reading.problems)
        return reading

    def pin(self, adoption: Adoption) -> bool:
        """Pin the ids of the custom roles that were adopted, and say whether the file of pins changed.

        Raises `UsageProblem` where it cannot be written.
        """
        from reconciler.desired.ids import record_ids

        subjects = (draft.subject for draft in adoption.drafts)
        custom = [(s.key, s.live.id) for s in subjects if s.live.kind is RoleKind.CUSTOM]
        return record_ids(self.root, self.tenant[0], custom)

    def expand(self, catalogue: Catalogue) -> tuple[DesiredState, tuple[Problem, ...]]:
        """Say what the role files mean under another catalogue, and what is wrong with them then."""
        reading = read_desired(self.root, self.settings.roles, catalogue, self.settings.tolerated)
        return reading.desired, reading.problems

    @cached_property
    def confirmations(self) -> tuple[Confirmation, ...]:
        """The recorded confirmations; raises `InputRejected`."""
        return load_confirmations(self.confirmations_file)

    @property
    def tenant(self) -> tuple[str, TenantSettings]:
        """The chosen tenant and its name; raises `UsageProblem` when the settings have none of that name."""
        name = self.invocation.tenant or self.settings.default_tenant
        if name not in self.settings.tenants:
            raise UsageProblem(
                f'The settings have no tenant "{name}"; they have {", ".join(sorted(self.settings.tenants))}',
                fix="Choose one of them with --tenant",
            )
        return name, self.settings.tenants[name]

    def request(self, *, base: str | None = None, extra: tuple[Confirmation, ...] = ()) -> Request:
        """Give the request for a plan; `base` names the git revision to compare with."""
        from reconciler.desired.revision import commit

        return Request(
            desired=self.desired,
            settings=self.guards,
            confirmations=(*self.confirmations, *extra),
            base=None if base is None else self._base(base),
            commit=commit(self.root),
            pinned=(self.root / LOCK).is_file(),
            tenant=self.invocation.tenant,
            tells_unheld=self.settings.lint.get(UNHELD_ROLE) is not LintLevel.OFF,
        )

    def _base(self, revision: str) -> BaseRevision:
        from reconciler.desired.revision import load_base

        settings = self.invocation.settings_file.name
        return load_base(self.root, revision, self.settings.roles, settings, self.tenant[0])

    @contextmanager
    def reader(self, clock: Clock, progress: Progress) -> Iterator[TenantReader]:
        """Open the tenant for looking; nothing that can write is made. Raises `LiveElsewhere` for another tenant."""
        kind, connection = self._connection(clock, progress)
        with kind.open_reader(connection) as tenant:
            self._require_own(tenant)
            yield tenant

    @contextmanager
    def writer(self, clock: Clock, progress: Progress) -> Iterator[TenantWriter]:
        """Open the tenant for writing. Raises `LiveElsewhere` for another one than the settings name."""
        kind, connection = self._connection(clock, progress)
        with kind.open_writer(connection) as tenant:
            self._require_own(tenant)
            yield tenant

    def _require_own(self, tenant: TenantReader) -> None:
        from reconciler.operations.reading import require_tenant

        require_tenant(tenant, self.tenant[1].id)

    def _connection(self, clock: Clock, progress: Progress) -> tuple[TenantKind, Connection]:
        from reconciler.tenants.registry import kind as tenant_kind
        from reconciler.tenants.remarks import IGNORED, not_followed

        name, tenant = self.tenant
        ignored = not_followed(os.environ) if tenant.url is not None else ""
        if ignored:
            self.invocation.remark(IGNORED, ignored)
        connection = Connection(
            name=name,
            url=tenant.url,
            key=None if tenant.key_variable is None else _key(tenant.key_variable),
            client_id=tenant.client_id,
            email=tenant.email,
            account=tenant.account,
            file=None if tenant.file is None else self.root / tenant.file,
            lock=lambda: self.catalogue,
            state_folder=self.state_folder,
            clock=clock,
            progress=progress,
            remark=self.invocation.remark,
        )
        return tenant_kind(tenant.kind), connection


def _key(variable: str) -> Key:
    """Take a key from the environment; raises `UsageProblem` when it is not there, and never shows it."""
    secret = os.environ.get(variable, "")
    if not secret.strip():
        raise UsageProblem(
            f"The environment variable {variable} holds no key", fix=f"Set {variable} to the key of the tenant"
        )
    return Key(secret)
