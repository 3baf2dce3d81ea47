"""Evaluates the expressions of GitHub workflow files; what it does not know is an error and never empty."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""Text, number, truth, nothing, list or mapping."""

Functions: TypeAlias = Mapping[str, Callable[..., Value]]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>().,\[\]]))"
)
_WHOLE = re.compile(r"\$\{\{((?:[^'}]|'[^']*'|\}(?!\}))*)\}\}")


class ExpressionError(AssertionError):
    """An expression that a workflow must not have: unknown, misspelt, or without a value."""


class Missing(dict[str, Value]):
    """A mapping in which reading what is not there is an error; `may_lack` names what an event may come without."""

    def __init__(self, values: Mapping[str, Value], *, may_lack: frozenset[str] = frozenset()) -> None:
        super().__init__(values)
        self.may_lack = may_lack


def interpolate(text: str, contexts: Mapping[str, Value], functions: Functions | None = None) -> str:
    """Give a text with every expression in it replaced by what it comes to."""
    return _WHOLE.sub(lambda found: _as_text(evaluate(found[1], contexts, functions)), _closed(text))


def condition(text: str, contexts: Mapping[str, Value], functions: Functions) -> Value:
    """Evaluate what stands at `if:`, with or without the braces."""
    text = _closed(text).strip()
    whole = _WHOLE.fullmatch(text)
    if whole is None and "${{" in text:
        raise ExpressionError(f"a condition mixes text and an expression, which is always true: {text!r}")
    return evaluate(whole[1] if whole else text, contexts, functions)


def calls(text: str) -> frozenset[str]:
    """Give the names of the functions that a condition calls."""
    tokens = _tokens(_WHOLE.sub(lambda found: found[1], text))
    return frozenset(token for (kind, token), (_, after) in pairwise(tokens) if kind == "name" and after == "(")


def evaluate(source: str, contexts: Mapping[str, Value], functions: Functions | None = None) -> Value:
    """Give what one expression comes to."""
    reading = _Reading(source, contexts, functions or {})
    value = reading.either()
    if reading.left:
        raise ExpressionError(f"what is {reading.left[0][1]!r} in {source!r}?")
    return value


def truthy(value: Value) -> bool:
    """Say whether a value counts as true."""
    return not (value in (None, "", False) or (isinstance(value, int | float) and (value == 0 or math.isnan(value))))


def _closed(text: str) -> str:
    if text.count("${{") != len(_WHOLE.findall(text)):
        raise ExpressionError(f"an expression does not end: {text!r}")
    return text


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while source[at:].strip():
        token = _TOKEN.match(source, at)
        if token is None or token.lastgroup is None:
            raise ExpressionError(f"{source[at:]!r} is no expression")
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def _as_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, float):
        return f"{value:g}"
    raise ExpressionError("a list or mapping would be written into a text")


def _as_number(value: Value) -> float:
    if value is None:
        return 0.0
    if isinstance(value, str):
        try:
            return float(value) if value.strip() else 0.0
        except ValueError:
            return math.nan
    return float(value) if isinstance(value, bool | int | float) else math.nan


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if isinstance(one, dict | list) or isinstance(other, dict | list):
        raise ExpressionError("a list or mapping is compared")
    return _as_number(one) == _as_number(other)


class _Reading:
    """One expression while it is read, from the weakest operator to the strongest."""

    def __init__(self, source: str, contexts: Mapping[str, Value], functions: Functions) -> None:
        self.source = source
        self.contexts = contexts
        self.functions = functions
        self.left = _tokens(source)

    def taken(self, *signs: str) -> str:
        """Take the next token where it is one of these signs."""
        if self.left and self.left[0][0] == "sign" and self.left[0][1] in signs:
            return self.left.pop(0)[1]
        return ""

    def expect(self, sign: str) -> None:
        """Take a sign that must be there."""
        if not self.taken(sign):
            raise ExpressionError(f"{sign!r} is missing in {self.source!r}")

    def either(self) -> Value:
        """Read `a || b`; both sides are read, so that a mistake is found in each."""
        value = self.both()
        while self.taken("||"):
            other = self.both()
            value = value if truthy(value) else other
        return value

    def both(self) -> Value:
        """Read `a && b`."""
        value = self.compared()
        while self.taken("&&"):
            other = self.compared()
            value = other if truthy(value) else value
        return value

    def compared(self) -> Value:
        """Read `a == b` and its kin."""
        value = self.negated()
        sign = self.taken("==", "!=", "<", ">", "<=", ">=")
        if not sign:
            return value
        other = self.negated()
        if sign in {"==", "!="}:
            return _equal(value, other) is (sign == "==")
        one, two = _as_number(value), _as_number(other)
        return {"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[sign]

    def negated(self) -> Value:
        """Read `!a`."""
        return not truthy(self.negated()) if self.taken("!") else self.single()

    def single(self) -> Value:
        """Read a literal, a call, a path into a context, or what stands in parentheses."""
        if self.taken("("):
            value = self.either()
            self.expect(")")
            return value
        if not self.left:
            raise ExpressionError(f"{self.source!r} ends too early")
        kind, token = self.left.pop(0)
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "number":
            return float(token) if "." in token else int(token)
        if kind == "name":
            return self.call(token) if self.taken("(") else self.named(token)
        raise ExpressionError(f"{token!r} is not expected in {self.source!r}")

    def call(self, name: str) -> Value:
        """Read the arguments of a call whose parenthesis was taken, and call."""
        arguments: list[Value] = []
        while not self.taken(")"):
            arguments.append(self.either())
            if not self.taken(","):
                self.expect(")")
                break
        known = _FUNCTIONS | dict(self.functions)
        if name not in known:
            raise ExpressionError(f"{name}() is not known here: {self.source!r}")
        return known[name](*arguments)

    def named(self, name: str) -> Value:
        """Read a word, or a path into a context."""
        words = {"true": True, "false": False, "null": None}
        if name in words:
            return words[name]
        if name not in self.contexts:
            raise ExpressionError(f"{name} is no context here: {self.source!r}")
        value, path = self.contexts[name], name
        while sign := self.taken(".", "["):
            step = self.step(sign)
            path = f"{path}.{step}"
            value = self.member(value, step, path)
        return value

    def step(self, sign: str) -> str:
        """Read one step of a path."""
        if sign == "[":
            step = self.either()
            self.expect("]")
        else:
            kind, step = self.left.pop(0) if self.left else ("", "")
            if kind != "name":
                raise ExpressionError(f"a name is missing behind the dot in {self.source!r}")
        if not isinstance(step, str):
            raise ExpressionError(f"a step of a path is no text in {self.source!r}")
        return step

    def member(self, value: Value, step: str, path: str) -> Value:
        """Give a member of a mapping; one that is missing and may not be is an error, one of nothing is nothing."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ExpressionError(f"{path} has no value: {self.source!r}")
        if step in value:
            return value[step]
        if isinstance(value, Missing) and step in value.may_lack:
            return None
        raise ExpressionError(f"{path} has no value: {self.source!r}")


def _contains(where: Value, what: Value) -> bool:
    if isinstance(where, list):
        return any(_equal(item, what) for item in where)
    return _as_text(what).lower() in _as_text(where).lower()


_FUNCTIONS: Functions = {
    "contains": _contains,
    "startsWith": lambda text, start: _as_text(text).lower().startswith(_as_text(start).lower()),
    "endsWith": lambda text, end: _as_text(text).lower().endswith(_as_text(end).lower()),
    "format": lambda text, *parts: re.sub(r"\{(\d+)\}", lambda found: _as_text(parts[int(found[1])]), text),
}
