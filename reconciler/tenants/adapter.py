"""The names that an adapter of another distribution may import, besides `reconciler.model`, `errors` and `ports`.

What is not named here may move between two versions without a word. `docs/write-an-adapter.md` puts them to use.
"""

from __future__ import annotations

from reconciler.tenants.clock import SystemClock
from reconciler.tenants.connection import Connection, Key, TenantKind
from reconciler.tenants.credential import Credential, basic, bearer, key_header
from reconciler.tenants.http import HttpReader, HttpWriter, Patience
from reconciler.tenants.kind import HttpKind
from reconciler.tenants.rereading import require_unmoved_person, require_unmoved_role
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Complaint, Terms

__all__ = [
    "Complaint",
    "Connection",
    "Credential",
    "HttpKind",
    "HttpReader",
    "HttpWriter",
    "Json",
    "Key",
    "Part",
    "Patience",
    "SystemClock",
    "TenantKind",
    "Terms",
    "basic",
    "bearer",
    "key_header",
    "require_unmoved_person",
    "require_unmoved_role",
]
