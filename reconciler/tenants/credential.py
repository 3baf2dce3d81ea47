"""What a request carries to say whose it is: a key in one header, or a token that is fetched and renewed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Protocol

from reconciler.errors import UsageProblem
from reconciler.ports import Clock
from reconciler.tenants.connection import Key
from reconciler.tenants.secret import Redaction, usable_secret
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json

Ask = Callable[[tuple[str, ...], Json], Part]
"""Posts JSON to a path of the tenant without any credential, and gives the body of the reply or raises a
`TenantError`; asked again where that may help, so only for what does no harm twice."""

_EARLY = 60.0
"""A token is renewed this many seconds before it ends."""
_MOST_SECONDS = 10 * 365 * 86_400
_SHORTEST_TOKEN = 8


class Credential(Protocol):
    """Says who asks; what it holds is in no text, and only the HTTP client asks it for headers."""

    @property
    def redact(self) -> Redaction:
        """Blanks every secret that this credential has ever held."""

    def headers(self, ask: Ask) -> Mapping[str, str]:
        """Give the headers of the next request; may fetch something with `ask`, and raises a `TenantError` then."""

    def refused(self) -> bool:
        """Note that the tenant refused the headers (401); whether those of the next request will be others."""


class HeaderKey:
    """A key that never changes, in one header."""

    def __init__(self, header: str, value: str, *secrets: str) -> None:
        self.redact = Redaction(*secrets)
        self._headers = {header: value}

    def headers(self, _ask: Ask, /) -> Mapping[str, str]:
        """Give the one header."""
        return self._headers

    def refused(self) -> bool:
        """Say no: there is nothing else to try."""
        return False


def bearer(key: Key | None) -> HeaderKey:
    """Send `Authorization: Bearer …`; raises `UsageProblem` for a key that cannot be used, as all of these do."""
    return _authorization("Bearer {}", key)


def token_header(key: Key | None) -> HeaderKey:
    """Send `Authorization: Token token=…`, as Zammad reads it."""
    return _authorization("Token token={}", key)


def key_header(name: str, key: Key | None) -> HeaderKey:
    """Put the key alone into a header of the product's own, such as `api_access_token`."""
    secret = usable_secret(key)
    return HeaderKey(name, secret, secret)


def basic(user: str, key: Key | None) -> HeaderKey:
    """Send `Authorization: Basic …` with the key as the password."""
    secret = usable_secret(key)
    if not user.isascii() or not user.isprintable() or ":" in user:
        raise UsageProblem(
            "The user before the key has characters that cannot be sent", fix="Write it in ASCII and without a colon"
        )
    pair = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return HeaderKey("Authorization", f"Basic {pair}", secret, pair)


def _authorization(form: str, key: Key | None) -> HeaderKey:
    secret = usable_secret(key)
    return HeaderKey("Authorization", form.format(secret), secret)


class ClientCredentials:
    """OAuth 2 client credentials (RFC 6749, section 4.4): a token for the id and secret of a client, in memory only.

    Fetched before the first request, again a minute before it ends, and again after the tenant refused it.
    """

    def __init__(self, path: tuple[str, ...], client_id: str, key: Key | None, scope: str, clock: Clock) -> None:
        self._path = path
        self._client_id = client_id
        self._secret = usable_secret(key)
        self._scope = scope
        self._clock = clock
        self._token = ""
        self._ends: float | None = None
        self.granted: tuple[str, ...] | None = None
        """The scopes of the latest token, sorted; None where the tenant has not said."""
        self.redact = Redaction(self._secret)

    def headers(self, ask: Ask) -> Mapping[str, str]:
        """Give the header with a token that has not ended; fetches one where there is none."""
        if not self._token or (self._ends is not None and self._clock.monotonic() >= self._ends):
            self._fetch(ask)
        return {"Authorization": f"Bearer {self._token}"}

    def refused(self) -> bool:
        """Forget the token: the next request gets another one."""
        self._token = ""
        return True

    def _fetch(self, ask: Ask) -> None:
        reply = ask(
            self._path,
            {
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": self._secret,
                "scope": self._scope,
            },
        )
        part = reply.at("access_token")
        token = part.text()
        if len(token) < _SHORTEST_TOKEN or not all("!" <= character <= "~" for character in token):
            raise part.unusable("a token")
        self.redact.add(token)
        kind = reply.at("token_type")
        if kind.text().casefold() != "bearer":
            raise kind.unusable("the type of token that is asked for, Bearer")
        seconds = reply.optional("expires_in")
        self._ends = None if seconds is None else self._clock.monotonic() + _lasting(seconds.count())
        scope = reply.optional("scope")
        self.granted = None if scope is None else tuple(sorted(set(scope.text().split())))
        self._token = token


def _lasting(seconds: int) -> float:
    """Give how long a token is used that lasts for `seconds`: until a minute before, or half of a short one."""
    return min(seconds, _MOST_SECONDS) - min(_EARLY, seconds / 2)
