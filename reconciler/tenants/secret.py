"""Keeps the key out of every text: checks it before a request exists, and blanks it wherever it turns up."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote

from reconciler.errors import UsageProblem
from reconciler.tenants.connection import Key
from reconciler.tenants.undisguised import folded, undisguised

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
    """Blanks secrets in any text, however they are written there.

    That is: as they are, with percent signs (in either case, whichever characters were kept, doubled as often as may
    be), as HTML or JSON escapes them, these in one another, in hex, and in base64 at every offset; upper and lower
    case are the same.
    """

    __slots__ = ("_forms", "_plain")

    def __init__(self, *secrets: str) -> None:
        self._forms: frozenset[str] = frozenset()
        """What is looked for in the text as it is: an escape that is cut off right before would hide it else."""
        self._plain: frozenset[str] = frozenset()
        """What is looked for in the text without its disguises."""
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Blank one more secret from now on."""
        written = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
        coded = {secret.encode().hex(), *(form for offset in range(3) for form in _base64_forms(secret, offset))}
        self._forms |= {folded(form) for form in {*written, html.escape(secret), *coded}}
        said = {undisguised(form) for form in {secret, *coded}}
        self._plain |= {found.text for found in said if found is not None and found.text}

    def __call__(self, text: str) -> str:
        """Give `text` without the secrets; text that holds none is unchanged.

        Of a text with so many encodings inside one another that nobody can say what it holds, nothing is left.
        """
        found = undisguised(text)
        if found is None:
            return BLANK
        spans = [
            (found.starts[start], found.ends[end - 1])
            for form in self._plain
            for start, end in _occurrences(form, found.text)
        ]
        plain = folded(text)
        spans += [span for form in self._forms for span in _occurrences(form, plain)]
        return _blanked(text, sorted(spans))


def _occurrences(form: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + len(form))


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """Write the mark once for all spans that overlap."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += (text[done:start], BLANK)
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _base64_forms(secret: str, offset: int) -> set[str]:
    """Give the characters that every base64 text shares which holds `secret` after `offset` bytes (mod 3)."""
    first = -(-offset * 8 // 6)
    last = (offset + len(secret)) * 8 // 6
    padded = b"\0" * offset + secret.encode()
    return {
        base64.b64encode(padded).decode()[first:last],
        base64.urlsafe_b64encode(padded).decode()[first:last],
    }
