"""Waiting is bounded and total, whatever header a tenant sends."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.tenants.pace import Pace
from reconciler.tenants.retry import BackOff, retry_after

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("999999999", 999999999.0),
        ("Mon, 02 Mar 2026 08:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("1.5", None),
        ("-3", None),
        ("+3", None),
        ("1e3", None),
        ("\u0663", None),
        ("1000000000", None),
        ("Mon, 02 Mar 2026 08:00:30", None),
        ("Mon, 32 Mar 2026 08:00:30 GMT", None),
        ("Mon, 02 Mar 99999 08:00:30 GMT", None),
        (" GMT", None),
    ],
)
def test_a_wait_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    """Both forms of the standard count; anything else is as if nothing was said."""
    assert retry_after(header, NOW) == seconds


@given(st.text() | st.text().map(lambda text: f"{text} GMT"))
def test_any_header_gives_a_bounded_wait_or_none(header: str) -> None:
    """No header raises, and none asks for a negative or endless wait."""
    seconds = retry_after(header, NOW)

    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


def test_waits_double_and_are_spread() -> None:
    """Each wait is at least twice the one before without jitter, and less than twice itself with it."""
    assert [BackOff(random=lambda: 0.0).wait(tried, None) for tried in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert BackOff(random=lambda: 0.5).wait(2, None) == 1.5
    assert all(0.5 <= BackOff().wait(1, None) < 1.0 for _ in range(50))


@pytest.mark.parametrize(("asked", "wait"), [(None, 0.5), (0.0, 0.5), (0.2, 0.5), (9.0, 9.0)])
def test_the_tenants_wish_is_a_lower_bound(asked: float | None, wait: float) -> None:
    """The own minimum holds even where the tenant asks for less."""
    assert BackOff(random=lambda: 0.0).wait(1, asked) == wait


def test_many_requests_left_mean_no_pause() -> None:
    """Far from the limit nothing slows down."""
    pace = Pace()
    pace.note({"x-ratelimit-remaining": "10", "x-ratelimit-reset": "60"}, 100.0)

    assert pace.pause(100.0) == 0.0


@pytest.mark.parametrize(("remaining", "pause"), [("9", 6.0), ("5", 10.0), ("1", 30.0), ("0", 60.0)])
def test_the_last_requests_are_spread_until_the_reset(remaining: str, pause: float) -> None:
    """The fewer are left, the longer the pause; with none left it lasts until the reset."""
    pace = Pace()
    pace.note({"x-ratelimit-remaining": remaining, "x-ratelimit-reset": "60"}, 100.0)

    assert pace.pause(100.0) == pause
    assert pace.pause(100.0 + pause / 2) == pause / 2
    assert pace.pause(100.0 + pause + 1) == 0.0


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"ratelimit-remaining": "0", "ratelimit-reset": "23"}, 23.0),
        ({"rate-limit-remaining": "1", "rate-limit-reset": "24"}, 12.0),
        ({"x-rate-limit-remaining": "5", "rate-limit-remaining": "1", "rate-limit-reset": "24"}, 12.0),
        ({"x-rate-limit-remaining": "2"}, 20.0),
        ({"x-rate-limit-remaining": "556", "rate-limit-remaining": "556", "rate-limit-reset": "23"}, 0.0),
        ({"x-rate-limit-remaining": "0", "x-ratelimit-remaining": "50", "x-ratelimit-reset": "9"}, 0.0),
        ({"x-rate-limit-remaining": "soon"}, 0.0),
    ],
)
def test_every_spelling_of_the_rate_headers_counts(headers: dict[str, str], pause: float) -> None:
    """Products write them with and without hyphens; a limit per minute that names no reset is over in a minute."""
    pace = Pace()
    pace.note(headers, 100.0)

    assert pace.pause(100.0) == pause


def test_a_later_reply_lifts_the_pause() -> None:
    """The latest numbers count."""
    pace = Pace()
    pace.note({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"}, 0.0)
    pace.note({"x-ratelimit-remaining": "50", "x-ratelimit-reset": "60"}, 1.0)

    assert pace.pause(1.0) == 0.0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-remaining": "0"},
        {"x-ratelimit-reset": "60"},
        {"x-ratelimit-remaining": "none", "x-ratelimit-reset": "60"},
        {"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "60"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1.5"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"},
    ],
)
def test_unreadable_rate_headers_change_nothing(headers: dict[str, str]) -> None:
    """Missing or odd headers neither crash nor slow anything down."""
    pace = Pace()
    pace.note(headers, 0.0)

    assert pace.pause(0.0) == 0.0
