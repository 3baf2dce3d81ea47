"""Turns a base address and path segments into addresses that can never leave the tenant."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from reconciler.errors import TenantAnswerUnusable, UsageProblem

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_PATH = re.compile(r"(/[A-Za-z0-9_~.-]+)*/?")
_HTTPS_PORT = 443

Query: TypeAlias = Mapping[str, str | Sequence[str]]
"""The fields of a query; one with several values is sent once for each."""


@dataclass(frozen=True, slots=True)
class BaseAddress:
    """Where every request of one tenant goes; made by `of` only."""

    url: str
    """Scheme, host, port and path prefix, without a slash at the end."""

    @staticmethod
    def of(text: str | None) -> BaseAddress:
        """Check an address from the settings; raises `UsageProblem` for anything but a plain https address.

        Plain http is for loopback only. User, password, query, fragment, upper case, a trailing dot, an address
        given as a number (other than loopback), another port (other than on loopback) and non-ASCII are refused.
        """
        if text is None:
            raise UsageProblem("This tenant needs an address", fix="Add `url` to the tenant in the settings")
        problem = address_problem(text)
        if problem:
            raise UsageProblem(
                f"The tenant's address cannot be used: {problem}",
                fix="Write it as https://host/path, in lower case and without user, query or fragment",
            )
        return BaseAddress(text.rstrip("/"))

    def to(self, segments: Sequence[str], query: Query) -> str:
        """Give the address of a resource; each segment is one step of the path, whatever it contains.

        Raises `TenantAnswerUnusable` for a segment that no quoting keeps from climbing.
        """
        url = f"{self.url}{self.path_of(segments)}"
        return f"{url}?{urlencode(query, doseq=True, quote_via=quote, safe='')}" if query else url

    @staticmethod
    def path_of(segments: Sequence[str]) -> str:
        """Give the path below the base address, as error texts name it."""
        if any(segment in {"", ".", ".."} or not segment.isprintable() for segment in segments):
            raise TenantAnswerUnusable("An id is empty, a step in a path, or not printable; it cannot be asked for")
        return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def address_problem(text: str) -> str:
    """Say what is wrong with an address without quoting it, as it may hold a password; empty when nothing is."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is malformed"
    loopback = _is_loopback(host)
    checks = (
        (not text.isascii() or not text.isprintable() or " " in text, "it holds characters that no address has"),
        (parts.scheme != "https" and not (parts.scheme == "http" and loopback), "it does not start with https://"),
        ("@" in parts.netloc, "it holds a user or password"),
        ("?" in text or "#" in text, "it holds a query or fragment"),
        (not loopback and not _is_name(host), "its host is not a plain name"),
        (parts.netloc != parts.netloc.lower(), "its host is in upper case"),
        (not loopback and port not in {None, _HTTPS_PORT}, "it names another port than 443"),
        (not _PATH.fullmatch(parts.path) or _climbs(parts.path), "its path is not plain"),
    )
    return next((problem for wrong, problem in checks if wrong), "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_name(host: str) -> bool:
    # A last label of digits makes every resolver read the whole as a number.
    return _HOST.fullmatch(host) is not None and not host.rpartition(".")[2].isdigit()


def _climbs(path: str) -> bool:
    return any(step in {".", ".."} for step in path.split("/"))
