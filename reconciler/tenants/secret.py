"""Keeps the key out of every text: checks it before a request exists, and blanks it wherever it turns up."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

from reconciler.errors import UsageProblem
from reconciler.tenants.connection import Key

BLANK = "[key]"
_SHORTEST = 8
"""A shorter key would be found by chance in harmless text, and guessed anyway."""


def usable_secret(key: Key | None) -> str:
    """Give the secret without the newline that files end with; raises `UsageProblem` without quoting it.

    Checked here because a library would quote a header value that it refuses.
    """
    if key is None:
        raise UsageProblem("This tenant needs a key", fix="Put the key into the variable that the settings name")
    secret = key.reveal()
    secret = secret.removesuffix("\n").removesuffix("\r")
    if len(secret) < _SHORTEST or not all("!" <= character <= "~" for character in secret):
        raise UsageProblem(
            f"The key must be at least {_SHORTEST} printable ASCII characters without spaces or line breaks",
            fix="Set the key again, without quotes, spaces or line breaks",
        )
    return secret


class Redaction:
    """Blanks secrets in any text: as they are, URL-encoded, JSON-escaped and in base64 at every offset."""

    __slots__ = ("_forms",)

    def __init__(self, *secrets: str) -> None:
        self._forms: tuple[str, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Blank one more secret from now on."""
        forms = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
        for offset in range(3):
            forms |= _base64_forms(secret.encode(), offset)
        # Longest first: a form may contain a shorter one.
        self._forms = tuple(sorted({*self._forms, *forms}, key=lambda form: (-len(form), form)))

    def __call__(self, text: str) -> str:
        """Give `text` without the secrets; text that holds none is unchanged."""
        for form in self._forms:
            text = text.replace(form, BLANK)
        return text


def _base64_forms(secret: bytes, offset: int) -> set[str]:
    """Give the characters that every base64 text shares which holds `secret` after `offset` bytes (mod 3)."""
    first = -(-offset * 8 // 6)
    last = (offset + len(secret)) * 8 // 6
    padded = b"\0" * offset + secret
    return {
        base64.b64encode(padded).decode()[first:last],
        base64.urlsafe_b64encode(padded).decode()[first:last],
    }
