"""Credentials go into their header and into no text; a token is fetched, kept, and renewed when it has to be."""

from __future__ import annotations

import base64

import pytest
from fakes.clock import FakeClock
from fakes.support import SECRET

from reconciler.errors import TenantAnswerUnusable, UsageProblem
from reconciler.tenants.connection import Key
from reconciler.tenants.credential import (
    ClientCredentials,
    HeaderKey,
    basic,
    bearer,
    key_header,
    token_header,
)
from reconciler.tenants.secret import BLANK
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json

KEY = Key(SECRET)
TOKEN = "first-token-of-many"


def nothing(_segments: tuple[str, ...], _body: Json) -> Part:
    """Stand for a tenant that must not be asked."""
    raise AssertionError


class Office:
    """Hands out one token after the other and keeps what it was asked."""

    def __init__(self, **fields: Json) -> None:
        self.asked: list[tuple[tuple[str, ...], Json]] = []
        self._fields = fields

    def __call__(self, segments: tuple[str, ...], body: Json) -> Part:
        """Give the next token, with the fields that were asked for."""
        self.asked.append((segments, body))
        token = f"{TOKEN}-{len(self.asked)}"
        return Part({"access_token": token, "token_type": "bearer", **self._fields}, "POST /oauth/tokens")


def credentials(clock: FakeClock) -> ClientCredentials:
    """Give the credentials of a client that asks for reading and writing."""
    return ClientCredentials(("oauth", "tokens"), "desk", KEY, "read write", clock)


@pytest.mark.parametrize(
    ("credential", "header", "value"),
    [
        (bearer(KEY), "Authorization", f"Bearer {SECRET}"),
        (token_header(KEY), "Authorization", f"Token token={SECRET}"),
        (key_header("api_access_token", KEY), "api_access_token", SECRET),
        (basic("a", KEY), "Authorization", f"Basic {base64.b64encode(f'a:{SECRET}'.encode()).decode()}"),
    ],
)
def test_a_key_goes_into_its_header_alone(credential: HeaderKey, header: str, value: str) -> None:
    """Each product's way to write a key; what was written is blanked in any text, and refusing it changes nothing."""
    assert credential.headers(nothing) == {header: value}
    assert not credential.refused()
    assert SECRET not in credential.redact(value)
    assert BLANK in credential.redact(value)


@pytest.mark.parametrize("user", ["a:b", "ü", "a\n"])
def test_a_user_that_cannot_be_sent_is_a_usage_problem(user: str) -> None:
    """A colon would end the user early, and other characters have no agreed encoding."""
    with pytest.raises(UsageProblem, match="user before the key"):
        basic(user, KEY)


def test_a_token_is_fetched_once_and_kept() -> None:
    """The first request fetches it with the secret in the body, and a token without an end is kept."""
    clock, office = FakeClock(), Office()
    credential = credentials(clock)

    assert credential.headers(office) == {"Authorization": f"Bearer {TOKEN}-1"}
    clock.advance(1_000_000)
    assert credential.headers(office) == {"Authorization": f"Bearer {TOKEN}-1"}
    assert office.asked == [
        (
            ("oauth", "tokens"),
            {
                "grant_type": "client_credentials",
                "client_id": "desk",
                "client_secret": SECRET,
                "scope": "read write",
            },
        )
    ]
    assert credential.granted is None


@pytest.mark.parametrize(("seconds", "kept"), [(1800, 1740), (120, 60), (60, 30), (10, 5)])
def test_a_token_is_renewed_before_it_ends(seconds: int, kept: int) -> None:
    """A minute before, or after half of its life where that is short."""
    clock, office = FakeClock(), Office(expires_in=seconds)
    credential = credentials(clock)
    credential.headers(office)
    clock.advance(kept - 0.5)
    credential.headers(office)
    assert len(office.asked) == 1
    clock.advance(0.5)

    assert credential.headers(office) == {"Authorization": f"Bearer {TOKEN}-2"}


def test_a_refused_token_is_replaced_and_every_token_is_blanked() -> None:
    """After a 401 the next request has another token; secret and old tokens stay out of all texts."""
    clock, office = FakeClock(), Office(scope="write read")
    credential = credentials(clock)
    credential.headers(office)

    assert credential.refused()
    assert credential.headers(office) == {"Authorization": f"Bearer {TOKEN}-2"}
    assert credential.granted == ("read", "write")
    text = credential.redact(f"{SECRET} {TOKEN}-1 {TOKEN}-2")
    assert text == f"{BLANK} {BLANK} {BLANK}"


@pytest.mark.parametrize(
    "fields",
    [
        {"access_token": "short"},
        {"access_token": "with a space in it"},
        {"access_token": None},
        {"token_type": "mac"},
        {"expires_in": -1},
        {"expires_in": "soon"},
        {"scope": 3},
    ],
)
def test_an_odd_token_reply_is_unusable(fields: dict[str, Json]) -> None:
    """What cannot be sent, or is not what was asked for, is no token; the next request asks again."""
    credential = credentials(FakeClock())
    with pytest.raises(TenantAnswerUnusable, match="POST /oauth/tokens"):
        credential.headers(Office(**fields))

    assert credential.headers(Office()) == {"Authorization": f"Bearer {TOKEN}-1"}
