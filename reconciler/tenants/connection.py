"""What an adapter is given to reach its tenant, and the key that no text ever shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from reconciler.model.permission import Catalogue
from reconciler.ports import Clock, Progress, TenantReader, TenantWriter, Unwatched


class Key:
    """A secret; only `reveal` gives it, and only the HTTP client may call that."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """Give the secret itself, for the one header it belongs in."""
        return self._secret

    def __repr__(self) -> str:
        return "Key(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        msg = "a key is never serialised"
        raise TypeError(msg)


def unheard(_code: str, _sentence: str) -> None:
    """Let a remark go where nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a tenant is and how to speak to it; built by the command line from the settings."""

    name: str
    """The name the settings give the tenant."""
    url: str | None
    """Base address, https (or http on loopback); None for the embedded tenant."""
    key: Key | None = field(repr=False)
    """None for the embedded tenant, which makes its own."""
    client_id: str | None = None
    """The public half of an OAuth client, where the product has such; the secret is the key."""
    email: str | None = None
    """The owner of the key, where the product asks for them beside it."""
    account: str | None = None
    """The account inside the product, where one address serves several."""
    file: Path | None = None
    """The file that stands for the tenant, where the product has no interface."""
    lock: Callable[[], Catalogue] | None = None
    """Gives the lock of the repository, for a tenant that does not list its permissions."""
    state_folder: Path
    """Where the embedded tenant keeps its database."""
    clock: Clock
    progress: Progress = field(default_factory=Unwatched)
    """Told of every page of a listing that has more than one."""
    remark: Callable[[str, str], None] = unheard
    """Told, each once, of what no command fails for and somebody should know: a code and a sentence of ours."""


class TenantKind(Protocol):
    """What the entry-point group `reconciler.tenants` names: how to open one kind of tenant.

    Opening may start and stop things (the embedded tenant's server), hence the context managers. A command
    that only looks calls `open_reader` and never holds an object that can write.
    """

    def open_reader(self, connection: Connection) -> AbstractContextManager[TenantReader]:
        """Open the tenant for reading; raises `UsageProblem` when the connection lacks something."""

    def open_writer(self, connection: Connection) -> AbstractContextManager[TenantWriter]:
        """Open the tenant for reading and writing; raises `UsageProblem` when the connection lacks something."""

    def shipped_catalogue(self) -> Catalogue | None:
        """Give the permissions of the product as a lock to start from, with its standard roles and what administers.

        None where the lock that comes with the program is the product's. Needs no tenant.
        """
