"""Opens tenants over HTTP: the half of a `TenantKind` that is alike for every product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconciler.model.permission import Catalogue
from reconciler.ports import TenantReader, TenantWriter
from reconciler.tenants.connection import Connection
from reconciler.tenants.credential import Credential
from reconciler.tenants.http import HttpReader, HttpWriter, Patience
from reconciler.tenants.verdict import Explain

Reader = TypeVar("Reader", bound=TenantReader)
Writer = TypeVar("Writer", bound=TenantWriter)


def _ships_none() -> Catalogue | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpKind(Generic[Reader, Writer]):
    """A kind of tenant that is reached over HTTP; an entry point names one.

    Both ways of opening raise `UsageProblem` when address or key are missing or cannot be used.
    """

    reader: Callable[[str, HttpReader], Reader]
    """Makes the adapter that looks, from the name in the settings and the client."""
    writer: Callable[[str, HttpWriter], Writer]
    """Makes the adapter that writes."""
    explain: Explain
    """Reads the product's error bodies."""
    credential: Callable[[Connection], Credential] | None = None
    """Makes what each request carries; a Bearer token of the key where it is None."""
    catalogue: Callable[[], Catalogue | None] = _ships_none
    """Gives the lock to start from, where the product's permissions are known beforehand."""
    patience: Patience | None = None

    @contextmanager
    def open_reader(self, connection: Connection) -> Iterator[Reader]:
        """Open for reading."""
        credential = self.credential(connection) if self.credential else None
        http = HttpReader(connection, self.explain, credential=credential, patience=self.patience)
        try:
            yield self.reader(connection.name, http)
        finally:
            http.close()

    @contextmanager
    def open_writer(self, connection: Connection) -> Iterator[Writer]:
        """Open for reading and writing."""
        credential = self.credential(connection) if self.credential else None
        http = HttpWriter(connection, self.explain, credential=credential, patience=self.patience)
        try:
            yield self.writer(connection.name, http)
        finally:
            http.close()

    def shipped_catalogue(self) -> Catalogue | None:
        """Give the lock to start from; None where the one that comes with the program is the product's."""
        return self.catalogue()
