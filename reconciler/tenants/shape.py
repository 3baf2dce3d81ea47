"""Reads values out of a reply strictly: a missing key or another type is an error that names the JSON path."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.errors import TenantAnswerUnusable
from reconciler.tenants.strict_json import Json

MAX_ID = 200
"""Characters of an id, a version or a cursor; longer ones would not fit a request line anyway."""
MAX_CURSOR = 2000
"""Characters of a cursor, which may carry more than an id."""

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A value inside a reply, with the place it was found at; every reader raises `TenantAnswerUnusable`."""

    value: Json
    where: str
    """The request that was answered, such as `GET /roles`."""
    path: str = "$"
    """The place inside the reply, such as `$.data[3].name`."""

    def at(self, key: str) -> Part:
        """Give the value under `key`, which must be there."""
        fields = self._fields()
        if key not in fields:
            raise TenantAnswerUnusable(f"{self.where}: {self.path}.{key} is missing")
        return Part(fields[key], self.where, f"{self.path}.{key}")

    def maybe(self, key: str) -> Part | None:
        """Give the value under `key`, or None where it is null; the key itself must be there."""
        part = self.at(key)
        return None if part.value is None else part

    def optional(self, key: str) -> Part | None:
        """Give the value under `key`, or None where it is null or the key is not there."""
        value = self._fields().get(key)
        return None if value is None else Part(value, self.where, f"{self.path}.{key}")

    def entries(self) -> dict[str, Part]:
        """Give every value of an object whose keys are not known beforehand."""
        return {key: Part(value, self.where, f"{self.path}.{key}") for key, value in self._fields().items()}

    def each(self) -> list[Part]:
        """Give the items of a list."""
        if not isinstance(self.value, list):
            raise self.unusable("a list")
        return [Part(item, self.where, f"{self.path}[{index}]") for index, item in enumerate(self.value)]

    def text(self) -> str:
        """Give a text, empty or not."""
        if not isinstance(self.value, str):
            raise self.unusable("a text")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """Give a list of texts in its order."""
        return tuple(item.text() for item in self.each())

    def token(self, limit: int = MAX_ID) -> str:
        """Give opaque text that is sent back as it is: not empty, printable, not too long, no step in a path."""
        text = self.text()
        if not text or len(text) > limit or not text.isprintable() or text in {".", ".."}:
            raise self.unusable("an id")
        return text

    def header_token(self) -> str:
        """Give opaque text that may be sent back in a header: as `token`, ASCII and without spaces."""
        text = self.token()
        if not text.isascii() or " " in text:
            raise self.unusable("a version")
        return text

    def count(self) -> int:
        """Give a whole number that is not negative."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.unusable("a count")
        return self.value

    def flag(self) -> bool:
        """Give true or false."""
        if not isinstance(self.value, bool):
            raise self.unusable("a boolean")
        return self.value

    def unusable(self, expected: str) -> TenantAnswerUnusable:
        """Make the error that names this place; the value itself is not shown."""
        kind = _KINDS[type(self.value)]
        return TenantAnswerUnusable(f"{self.where}: {self.path} is {kind} that cannot be used as {expected}")

    def _fields(self) -> dict[str, Json]:
        if not isinstance(self.value, dict):
            raise self.unusable("an object")
        return self.value
