"""A desk for tests: a seeded store in memory, the app over it, and a client that calls the app without a socket."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fakes.clock import FakeClock

from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.faults import Fault, FaultSchedule
from reconciler.sandbox.keys import ALL_SCOPES, ApiKey, Tier
from reconciler.sandbox.records import RoleRecord
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store

SECRET = "sa_test_of_the_first_owner"


@dataclass(frozen=True)
class Answer:
    """What the app sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - tests know what they asked for
        """Give the body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Give the code of a refusal."""
        return str(self.json()["error"]["code"])


@dataclass(frozen=True)
class Desk:
    """Everything a test may look at."""

    app: SandboxApp
    store: Store
    clock: FakeClock

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: dict[str, str] | str = "",
        etag: str | None = None,
        secret: str | None = SECRET,
        raw: bytes | None = None,
        content_type: str = "application/json",
        extra: dict[str, str] | None = None,
    ) -> Answer:
        """Call the app with a path below the prefix; `raw` goes out as it is instead of `body`."""
        payload = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/api/v1{path}",
            "QUERY_STRING": query if isinstance(query, str) else urlencode(query),
            "CONTENT_LENGTH": str(len(payload)),
            "CONTENT_TYPE": content_type,
            "wsgi.input": io.BytesIO(payload),
        }
        if secret is not None:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        if etag is not None:
            environ["HTTP_IF_MATCH"] = etag
        sent: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _error: object = None
        ) -> Callable[[bytes], object]:
            sent.append((status, headers))
            return io.BytesIO().write

        pieces = self.app({**environ, **(extra or {})}, start_response)
        status, headers = sent[0]
        return Answer(int(status[:3]), dict(headers), b"".join(pieces))

    def get(self, path: str, **options: Any) -> Answer:  # noqa: ANN401 - those of `call`
        """Read."""
        return self.call("GET", path, **options)

    def role(self, name: str) -> RoleRecord:
        """Give a role of the store by its name."""
        role = self.store.roles.named(name)
        assert role is not None
        return role


@contextmanager
def a_desk(
    *faults: Fault,
    scopes: tuple[str, ...] = ALL_SCOPES,
    tier: Tier = Tier.ENTERPRISE,
    owned: bool = True,
    revoked: bool = False,
) -> Iterator[Desk]:
    """Open a seeded desk with one key and these faults."""
    clock = FakeClock()
    store = Store.open(None, seed)
    (owner,) = store.users.page(after=0, limit=1).entries
    key = ApiKey(secret=SECRET, scopes=scopes, tier=tier, user_id=owner.id if owned else None, revoked=revoked)
    app = SandboxApp(store, (key,), clock, faults=FaultSchedule(faults))
    try:
        yield Desk(app, store, clock)
    finally:
        app.close()
        store.close()
