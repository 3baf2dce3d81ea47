"""Sends one request once over connections that nothing outside the program can redirect or weaken.

No redirect is followed, nothing is read from the environment, no cookie is kept, and no exception of a library leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconciler import __version__
from reconciler.errors import TenantAnswerUnusable
from reconciler.tenants.deadline import DeadlineResponse
from reconciler.tenants.exchange import Answer, Exchange, UnusableBodyError, collect, no_answer

_PIECE = 64 * 1024
_CONNECT_SECONDS = 10.0
_SHORTEST = 0.001


class _PlainConnection(HTTPConnection):
    response_class = DeadlineResponse


class _SecureConnection(HTTPSConnection):
    response_class = DeadlineResponse


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Transport:
    """Keeps the connections and the headers that every request carries."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = {
            "Accept-Encoding": "gzip",
            "User-Agent": f"role-reconciler/{__version__}",
            **headers,
        }
        # An adapter without a session: a session would read the environment, keep cookies, and load the whole body
        # of a redirect even when told not to follow it.
        self._adapter = HTTPAdapter(pool_connections=1)
        self._adapter.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def close(self) -> None:
        """Close every connection."""
        self._adapter.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        payload: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send one request once and give what it came to within `seconds`, from connecting to the last byte.

        Raises `TenantAnswerUnusable`, before anything is sent, for an address that the library would change.
        """
        request = requests.PreparedRequest()
        request.prepare(method=method, url=url, data=payload, headers={**self._headers, **(headers or {})})
        if request.url != url:
            raise TenantAnswerUnusable("An id cannot be put into an address without changing it")
        # Never zero: a deadline that passes between the caller's check and here still gets its one clear timeout.
        seconds = max(_SHORTEST, seconds)
        timeout = urllib3.Timeout(connect=min(seconds, _CONNECT_SECONDS), total=seconds)
        try:
            response = self._adapter.send(
                request,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # the stubs do not know that requests passes it through
                verify=True,
                proxies={},
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return no_answer(error)
        try:
            return _answer(response)
        finally:
            response.close()


def _answer(response: requests.Response) -> Answer:
    """Read the body in bounds; whatever is wrong with it is part of the answer."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        payload = collect(_pieces(response), headers.get("content-encoding", ""))
    except UnusableBodyError as problem:
        return Answer(response.status_code, headers, b"", broken=str(problem))
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        return Answer(response.status_code, headers, b"", broken=no_answer(error).reason, cut_off=True)
    return Answer(response.status_code, headers, payload)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Give the raw body as it arrives; decompressing is ours, because the library's has no cap."""
    while piece := response.raw.read(_PIECE, decode_content=False):
        yield piece
