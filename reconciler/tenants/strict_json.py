"""Parses a reply's bytes as JSON that has exactly one meaning, or says why it has not."""

from __future__ import annotations

import json
import math
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 32
"""Containers inside one another; a reply of any product needs fewer than ten."""
MAX_DIGITS = 18
"""More digits than this would not survive every reader of the same document."""


class UnusableJsonError(ValueError):
    """The bytes are no JSON, or JSON that two readers could understand differently; never quotes them."""


def parse(payload: bytes) -> Json:
    """Give the one value that `payload` holds.

    Refused are: other encodings than UTF-8, a byte order mark, equal keys in one object, NaN and Infinity, numbers
    with more than 18 digits or beyond a double, text that is no Unicode, more than 32 levels, anything after the end.
    """
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableJsonError("it is not UTF-8") from None
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except UnusableJsonError:
        raise
    except RecursionError:
        raise UnusableJsonError(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        # The library's error carries the whole document.
        raise UnusableJsonError("it is not JSON") from None
    _check(value)
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise UnusableJsonError("an object has the same key twice")
    return fields


def _constant(name: str) -> NoReturn:
    raise UnusableJsonError(f"{name} is no JSON number")


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise UnusableJsonError(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise UnusableJsonError("a number is too large")
    return number


def _check(value: Json) -> None:
    """Walk without recursion, so that depth cannot hurt the walker."""
    level = [value]
    depth = 0
    while level:
        below: list[Json] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, dict):
                below.extend(item.keys())
                below.extend(item.values())
        if any(isinstance(item, list | dict) for item in level):
            depth += 1
        if depth > MAX_DEPTH:
            raise UnusableJsonError(f"it is nested deeper than {MAX_DEPTH} levels")
        level = below


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnusableJsonError("a text holds half a character") from None
