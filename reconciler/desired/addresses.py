"""Judge the address of a tenant; never quotes it, because an address may hold a password."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_HTTPS_PORT = 443
_EXAMPLE = "Write an address such as https://acme.example/api/v1"


def address_fault(url: str) -> tuple[str, str] | None:
    """Give message and fix for an address that cannot be used, None for one that can."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "The address has characters that no address needs", _EXAMPLE
    if "@" in url:
        return "The address holds a user or password", "Remove it; the key goes into a variable"
    if "?" in url or "#" in url:
        return "The address has a query or a fragment", "Remove everything from ? or # on"
    try:
        parts = urlsplit(url)
        unusable = parts.port == 0 or not _PATH.fullmatch(parts.path) or _climbs(parts.path)
    except ValueError:
        return "The address is not well-formed", _EXAMPLE
    if unusable:
        return "The address has a port or path that cannot be used", _EXAMPLE
    return _host_fault(parts)


def _host_fault(parts: SplitResult) -> tuple[str, str] | None:
    loopback = _is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        return "The address must start with https://; http is for this machine alone", _EXAMPLE
    if not loopback and not _is_host_name(parts):
        return "The host must be a name in lower case, not a number, without a dot at its end", _EXAMPLE
    if not loopback and parts.port not in {None, _HTTPS_PORT}:
        return "The address names another port than 443", _EXAMPLE
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host_name(parts: SplitResult) -> bool:
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    labels = host.split(".")
    return bool(_HOST.fullmatch(host)) and not labels[-1].isdigit() and not any(x.startswith("xn--") for x in labels)


def _climbs(path: str) -> bool:
    return any(part in {".", ".."} for part in path.split("/"))
