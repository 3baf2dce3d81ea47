"""Know the API keys: who they belong to, which scopes and which rate tier they have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from reconciler.sandbox.refusals import Refused

_SECRET = re.compile(r"(sa_(?:live|test)_)[A-Za-z0-9_-]{1,200}")
_SCOPE = re.compile(r"[a-z]+:(read|write)")

ALL_SCOPES = ("analytics:read", "settings:write", "users:write")
"""Enough for every endpoint."""


class Tier(Enum):
    """How many requests a key may make: in any 60 seconds, in a day, and in any one second."""

    STARTER = ("starter", 60, 10_000, 10)
    PROFESSIONAL = ("professional", 300, 100_000, 50)
    ENTERPRISE = ("enterprise", 1_000, 1_000_000, 200)

    def __init__(self, label: str, per_minute: int, per_day: int, burst: int) -> None:
        self.label = label
        self.per_minute = per_minute
        self.per_day = per_day
        self.burst = burst


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key that the tenant has given out; raises `ValueError` for a secret or scope of another shape."""

    secret: str = field(repr=False)
    """`sa_live_` or `sa_test_` and up to 200 letters, digits, hyphens or underscores."""
    scopes: tuple[str, ...] = ALL_SCOPES
    """Each `<surface>:read` or `<surface>:write`; to write somewhere is to read there too."""
    tier: Tier = Tier.ENTERPRISE
    user_id: str | None = None
    """The user it belongs to; None for a key of the desk itself."""
    revoked: bool = False

    def __post_init__(self) -> None:
        if not _SECRET.fullmatch(self.secret):
            raise ValueError("a key is sa_live_ or sa_test_ and some letters or digits")
        if not all(_SCOPE.fullmatch(scope) for scope in self.scopes):
            raise ValueError("a scope is a surface, a colon, and read or write")

    @property
    def prefix(self) -> str:
        """The part that everybody may see."""
        return self.secret[: len("sa_test_")]

    def allows(self, scope: str) -> bool:
        """Whether the key has `scope`, or the one to write where `scope` is to read."""
        surface, _, _ = scope.partition(":")
        return scope in self.scopes or (scope.endswith(":read") and f"{surface}:write" in self.scopes)


class KeyRing:
    """Every key of the tenant."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = {key.secret: key for key in keys}

    def find(self, authorization: str) -> ApiKey:
        """Give the key in an `Authorization` header; refuses with 401, in the same words whatever is wrong."""
        scheme, _, secret = authorization.partition(" ")
        key = self._keys.get(secret.strip(" "))
        if scheme.lower() != "bearer" or key is None or key.revoked:
            raise Refused(
                401,
                "unauthorized",
                "Send a valid key as: Authorization: Bearer sa_…",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return key


def require_scope(key: ApiKey, scope: str) -> None:
    """Refuse with 403, naming the scope, when the key lacks it."""
    if not key.allows(scope):
        raise Refused(403, "missing_scope", f"The key lacks the scope {scope}", details={"scope": scope})
