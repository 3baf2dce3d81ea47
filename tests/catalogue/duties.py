"""What holds for every answer of the command line, whatever was put in: the standing duties, in one place."""

from __future__ import annotations

import base64
import binascii
import json
import re
import socket
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from acceptance.desk import Desk, Ran
from catalogue.rows import Case

KEY_VARIABLE = "SERVED_KEY"
KEY = 'sa_test_Zm9v+bar/b"z==~qu\\x<>&canary'
"""Reads differently in every encoding that a program may put it in."""
WRITES_NOTHING = frozenset({3, 4, 5, 7, 64})
PLAN = "result-of-the-case.json"
"""Where a plan of the catalogue is kept, if there is one."""
_LARGEST = 20 * 1024 * 1024
_LINE = re.compile(r"(error|warning)\[[a-z0-9.-]+\] \S.*|  \S.*|[0-9,]+ problems?|[A-Z].*|")


def forms(key: str) -> Mapping[str, bytes]:
    """Give every way in which a text may hold a key without looking like it."""
    found = {
        "raw": key,
        "URL": quote(key, safe=""),
        "form": quote_plus(key),
        "URL with slashes": quote(key),
        "JSON": json.dumps(key)[1:-1],
        "repr": repr(key)[1:-1],
        "hex": binascii.hexlify(key.encode()).decode(),
        "HTML": key.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    }
    for offset in range(3):
        padded = b"\0" * offset + key.encode()
        first, last = -(-offset * 8 // 6), len(padded) * 8 // 6
        found[f"base64 at {offset}"] = base64.b64encode(padded).decode()[first:last]
        found[f"URL-safe base64 at {offset}"] = base64.urlsafe_b64encode(padded).decode()[first:last]
    return {name: text.encode() for name, text in found.items()}


def leaks(place: str, content: bytes, key: str = KEY) -> list[str]:
    """Name every form of the key that a place holds."""
    return [f"{place} holds the key ({name})" for name, form in forms(key).items() if form in content]


class Stranger:
    """Listens where nobody may speak, and serves nobody."""

    def __init__(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._listener = listener
        self.address = f"127.0.0.1:{listener.getsockname()[1]}"

    def asked(self) -> int:
        """Count the connections that came since this was asked last."""
        count = 0
        while True:
            try:
                self._listener.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


class Watched:
    """A desk that is asked with the duties checked after every answer."""

    def __init__(self, desk: Desk, seen: Callable[[], int] | None = None, *, key: str = KEY) -> None:
        self.desk = desk
        self.key = key
        self._seen = seen or (lambda: writes_of(desk))
        """How many writes the tenant has seen so far."""

    def ask(self, case: Case, *arguments: str) -> Ran:
        """Run one command line; its exit code, the code of its answer and every duty must be as they should."""
        before = self._seen()
        ran = self.desk.run(*arguments)
        assert ran.code == case.exit, f"{case.id}: {ran.code}\n{ran.out}\n{ran.err}"
        told = codes_of(ran)
        assert not case.code or case.code in told, f"{case.id}: {sorted(told)}\n{ran.out}\n{ran.err}"
        for words in () if "json" in arguments else case.says:
            assert words in ran.out + ran.err, f"{case.id}: {words!r} is not in\n{ran.out}\n{ran.err}"
        faults = self.faults(ran, before)
        assert not faults, f"{case.id}\n" + "\n".join(faults) + f"\n{ran.out}\n{ran.err}"
        return ran

    def faults(self, ran: Ran, writes_before: int) -> list[str]:
        """Name every duty that an answer broke."""
        found = [
            *leaks("standard output", ran.out.encode(), self.key),
            *leaks("standard error", ran.err.encode(), self.key),
        ]
        found += [fault for path in _files(self.desk.folder) for fault in leaks(path.name, _content(path), self.key)]
        if "Traceback" in ran.out + ran.err:
            found.append("a traceback")
        writes = self._seen() - writes_before
        if ran.code in WRITES_NOTHING and writes:
            found.append(f"{writes} writes with {ran.code}")
        found += _left(self.desk.folder / PLAN, ran.code)
        found += [f"not one line a problem: {x!r}" for x in ran.err.split("\n") if not _LINE.fullmatch(x)]
        found += [f"raw {unicodedata.name(c, hex(ord(c)))}" for c in sorted(set(ran.out + ran.err)) if _raw(c)]
        return found


def codes_of(ran: Ran) -> frozenset[str]:
    """Give every code that an answer carries, as text or as data; a finding's is its guard."""
    found = set(re.findall(r"(?:error|warning)\[([a-z0-9.-]+)\] ", ran.out + ran.err))
    found |= set(re.findall(r"^  \[([a-z-]+)[\] ]", ran.err, flags=re.MULTILINE))
    with suppress(ValueError):
        document: Any = json.loads(ran.out)
        found |= {str(x[k]) for x in _mappings(document) for k in ("code", "guard") if isinstance(x.get(k), str)}
    return frozenset(found)


def writes_of(desk: Desk) -> int:
    """Count the writes in the log of the embedded tenant; one that was never opened has seen none."""
    return len(desk.writes()) if (desk.folder / ".reconciler" / "sandbox.sqlite3").exists() else 0


def _mappings(document: object) -> list[Mapping[str, object]]:
    if isinstance(document, dict):
        return [document, *(x for value in document.values() for x in _mappings(value))]
    return [x for item in document for x in _mappings(item)] if isinstance(document, list) else []


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.stat().st_size < _LARGEST
    ]


def _content(path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _left(plan: Path, code: int) -> list[str]:
    """Refuse a plan file that stays behind; one that a guard refused may, if it says so."""
    if code not in WRITES_NOTHING or not plan.exists():
        return []
    blocked = code == 4 and json.loads(plan.read_bytes())["summary"]["block"] > 0
    return [] if blocked else [f"a plan file is left with {code}"]


def _raw(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
