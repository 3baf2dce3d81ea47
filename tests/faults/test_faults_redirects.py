"""No redirect of any request is followed by the real client over a socket: whoever is elsewhere hears nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import requests
from builders import how
from faults.bench import SECRET, Bench
from faults.harness import requests_of
from faults.plans import WORLDS
from requests.adapters import HTTPAdapter

from reconciler.errors import TenantError
from reconciler.operations.apply import apply
from reconciler.ports import Unwatched
from reconciler.sandbox.faults import Fault, FaultKind, FaultSchedule
from reconciler.sandbox.server import serving
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.support import SupportKind

WORLD = WORLDS["administration-moves"]


def heard_elsewhere(number: int) -> int:
    """Apply over a socket with a redirect at one request; give how many requests arrived where it led."""
    here, there = Bench(WORLD), Bench(WORLD)
    with serving(there.app) as elsewhere:
        location = elsewhere.removesuffix("/api/v1")
        here.arm(FaultSchedule((Fault(kind=FaultKind.REDIRECT, nth=number, location=location),)))
        with serving(here.app) as url:
            connection = Connection(
                name="desk", url=url, key=Key(SECRET), state_folder=Path("nowhere"), clock=here.clock
            )
            with suppress(TenantError), SupportKind().open_writer(connection) as tenant:
                apply(here.asked(), tenant, how(), here.clock, Unwatched())
    heard = len(there.app.requests)
    assert (307, (FaultKind.REDIRECT,)) in {(request.status, request.faults) for request in here.app.requests}
    here.close()
    there.close()
    return heard


@pytest.mark.sockets
def test_faults_no_redirect_is_followed_over_a_socket() -> None:
    """Whichever request is redirected, nothing arrives elsewhere (I-16)."""
    numbers = range(1, requests_of(WORLD) + 1)

    assert {number: heard_elsewhere(number) for number in numbers} == dict.fromkeys(numbers, 0)


@pytest.mark.sockets
def test_faults_seeded_following_in_the_real_client_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that goes where a redirect leads is found by what arrives there."""
    send = HTTPAdapter.send

    def wrong(
        self: HTTPAdapter,
        request: requests.PreparedRequest,
        *,
        stream: bool,
        timeout: float,
        verify: bool,
        proxies: dict[str, str],
    ) -> requests.Response:
        response = send(self, request, stream=stream, timeout=timeout, verify=verify, proxies=proxies)
        if response.is_redirect:
            request.url = response.headers["location"]
            return send(self, request, stream=stream, timeout=timeout, verify=verify, proxies=proxies)
        return response

    monkeypatch.setattr(HTTPAdapter, "send", wrong)

    assert heard_elsewhere(1) == 1
