"""Why there was no answer is told in our words alone."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest

from reconciler.tenants.exchange import NoAnswer, no_answer


class OuterError(Exception):
    """An error of a library that hides its cause in an attribute."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__("outer text with a secret")
        self.reason = reason


@pytest.mark.parametrize(
    ("error", "words", "transient", "reached"),
    [
        (ssl.SSLCertVerificationError("secret"), "certificate", False, False),
        (ssl.SSLError("secret"), "TLS", False, False),
        (TimeoutError("secret"), "in time", True, False),
        (ConnectionRefusedError("secret"), "refused", True, False),
        (socket.gaierror("secret"), "resolved", True, False),
        (ConnectionResetError("secret"), "broke", True, False),
        (http.client.RemoteDisconnected("secret"), "broke", True, False),
        (http.client.IncompleteRead(b"secret"), "broke", True, False),
        (http.client.BadStatusLine("secret"), "not HTTP", False, True),
        (http.client.LineTooLong("secret"), "headers", False, True),
        (http.client.HTTPException("secret"), "headers", False, True),
        (OSError("secret"), "no connection", True, False),
        (ValueError("secret"), "no connection", True, False),
    ],
)
@pytest.mark.parametrize("wrap", [lambda error: error, OuterError, lambda error: Exception("text", error)])
def test_a_librarys_error_becomes_one_of_ours(
    error: Exception, words: str, *, transient: bool, reached: bool, wrap: type[OuterError]
) -> None:
    """However deep the cause lies, it decides; nothing that the library said is kept."""
    meaning = no_answer(wrap(error))

    assert words in meaning.reason
    assert "secret" not in meaning.reason
    assert (meaning.transient, meaning.reached) == (transient, reached)


def test_a_chain_that_bites_its_tail_ends() -> None:
    """Two exceptions that name each other are walked once."""
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first

    assert no_answer(first) == NoAnswer("there was no connection")
