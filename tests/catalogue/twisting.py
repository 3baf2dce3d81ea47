"""A tenant that answers otherwise than it should: the embedded one behind a socket, its replies twisted on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from acceptance.desk import Desk, Ran
from catalogue.duties import KEY, KEY_VARIABLE, Watched
from catalogue.rows import Case

from reconciler.sandbox.faults import Fault, FaultSchedule
from reconciler.sandbox.server import serving
from reconciler.sandbox.store import Store
from reconciler.sandbox.tenant import new_secret, opened_app, opened_store
from reconciler.tenants.clock import SystemClock

EMBEDDED = "sandbox: {kind: sandbox}"
HERE = "sandbox: {{kind: support, url: '{url}', key: 'env:{key}'{more}}}"
PREFIX = "/api/v1"


@dataclass
class Told:
    """One reply on its way; a twist changes what it likes."""

    method: str
    path: str
    """Below the prefix."""
    query: Mapping[str, str]
    number: int
    """Counts the requests of this method and path, from 1."""
    store: Store
    """Of the tenant, where a twist lets somebody act meanwhile."""
    sent: Any
    """The body of the request as data."""
    status: int
    headers: dict[str, str]
    document: Any
    """The body of the reply as data; None for no body."""
    raw: bytes | None = None
    """Sent instead of the document."""

    @property
    def roles(self) -> list[dict[str, Any]]:
        """Give every role that the reply shows, in a list or alone."""
        if self.method == "GET" and self.path == "/roles" and self.status == 200:
            listed: list[dict[str, Any]] = self.document["data"]
            return listed
        return [self.document] if self.path.startswith("/roles/") and self.status == 200 and self.document else []


Twist = Callable[[Told], None]


def untouched(told: Told) -> None:
    """Leave a reply as it is."""


def listing(change: Callable[[Told], None]) -> Twist:
    """Twist every page of the list of roles."""
    return lambda told: change(told) if (told.method, told.path, told.status) == ("GET", "/roles", 200) else None


def role(name: str, /, **values: object) -> Twist:
    """Show other values of one role wherever it is shown; a value that is a function is given the true one."""

    def twist(told: Told) -> None:
        for shown in told.roles:
            if shown["name"] == name:
                shown.update({k: v(shown.get(k)) if callable(v) else v for k, v in values.items()})

    return twist


@dataclass(frozen=True, kw_only=True)
class LiveCase(Case):
    """A command beside a tenant that is not as usual."""

    twist: Twist = untouched
    faults: tuple[Fault, ...] = ()
    arrange: Callable[[Desk], None] = lambda _: None
    """Makes files and people as the case needs them; runs against the tenant as it is."""
    command: tuple[str, ...] = ("plan",)
    check: Callable[[Watched, Ran], None] = lambda _watched, _ran: None
    """What the answer must be beyond its codes and words."""
    settings: str = ""
    """More of what the settings say of the tenant."""
    journals: int = 1
    """How many applies wrote what was sent."""
    heals: bool = True
    """Whether an apply of the same files without the fault ends with the tenant as they say."""


@dataclass
class Line:
    """What went over the wire."""

    requests: list[str] = field(default_factory=list)
    """Method and path, in order."""

    def of(self, method: str) -> list[str]:
        """Give the requests of one method."""
        return [request for request in self.requests if request.startswith(f"{method} ")]


@contextmanager
def twisted(desk: Desk, twist: Twist = untouched, faults: Iterable[Fault] = (), more: str = "") -> Iterator[Line]:
    """Serve the desk's tenant with its replies twisted while the settings point at it."""
    secret, line, clock = new_secret(), Line(), SystemClock()
    with (
        opened_store(desk.folder / ".reconciler") as store,
        opened_app(store, clock, secret=secret, faults=FaultSchedule(tuple(faults))) as app,
    ):

        def answer(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
            environ["HTTP_AUTHORIZATION"] = environ.get("HTTP_AUTHORIZATION", "").replace(KEY, secret)
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = _Body(body)
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX)
            line.requests.append(f"{method} {path}")
            started: list[tuple[str, list[tuple[str, str]]]] = []
            payload = b"".join(app(environ, lambda status, headers, _=None: started.append((status, headers))))
            ((status, headers),) = started
            named = dict(headers)
            if int(named.get("Content-Length", len(payload))) != len(payload) or not named.get("Content-Type"):
                start_response(status, headers)
                return [payload]
            told = Told(
                method=method,
                path=path,
                query=dict(parse_qsl(environ.get("QUERY_STRING", ""))),
                number=line.requests.count(f"{method} {path}"),
                store=store,
                sent=_data(body),
                status=int(status[:3]),
                headers=named,
                document=_data(payload),
            )
            twist(told)
            payload = told.raw if told.raw is not None else json.dumps(told.document).encode()
            told.headers["Content-Length"] = str(len(payload))
            start_response(f"{told.status} Told", list(told.headers.items()))
            return [payload]

        with serving(answer) as url:
            here = HERE.format(url=url, key=KEY_VARIABLE, more=more)
            desk.replace("reconciler.yaml", EMBEDDED, here)
            yield line
            desk.replace("reconciler.yaml", here, EMBEDDED)


class _Body:
    """A body that was read once and can be read again."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes."""
        end = len(self._left) if size < 0 else size
        given, self._left = self._left[:end], self._left[end:]
        return given


def _data(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
