"""Rate limits count per tier over a minute, a day and a burst, and tell the client before they bite."""

from __future__ import annotations

import pytest
from unit.sandbox.sandbox_client import Answer, Desk, a_desk

from reconciler.sandbox.keys import ApiKey, Tier
from reconciler.sandbox.limits import RateLimits


def facts(answer: Answer) -> tuple[int, ...]:
    """Give limit, remaining and reset."""
    return tuple(int(answer.headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))


def spread(desk: Desk, requests: int, seconds: float) -> Answer:
    """Make some requests with a pause after each, and give the last answer."""
    for _ in range(requests - 1):
        assert desk.get("/me").status == 200
        desk.clock.advance(seconds)
    return desk.get("/me")


@pytest.mark.parametrize(("tier", "burst"), [(Tier.STARTER, 10), (Tier.PROFESSIONAL, 50), (Tier.ENTERPRISE, 200)])
def test_sandbox_limits_burst_ends_after_a_second(tier: Tier, burst: int) -> None:
    """So many requests at once are answered, the next is a 429, and a second later all is well."""
    with a_desk(tier=tier) as desk:
        last = spread(desk, burst, 0)
        refused = desk.get("/me")
        desk.clock.advance(1)

        assert facts(last) == (burst, 0, 1)
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert refused.headers["Retry-After"] == refused.headers["X-RateLimit-Reset"] == "1"
        assert desk.get("/me").status == 200


@pytest.mark.parametrize(("tier", "limit"), [(Tier.STARTER, 60), (Tier.PROFESSIONAL, 300), (Tier.ENTERPRISE, 1000)])
def test_sandbox_limits_minute_slides(tier: Tier, limit: int) -> None:
    """After so many requests in a minute the next waits until the oldest is a minute old, and no longer."""
    with a_desk(tier=tier) as desk:
        last = spread(desk, limit, 50 / limit)
        refused = desk.get("/me")
        desk.clock.advance(int(refused.headers["Retry-After"]))

        assert facts(last)[:2] == (limit, 0)
        assert refused.status == 429
        assert int(refused.headers["Retry-After"]) in {10, 11}
        assert desk.get("/me").status == 200


def test_sandbox_limits_headers_count_down(desk: Desk) -> None:
    """Each reply says how many requests the tightest limit has left, and only a 429 says to wait."""
    first, second = desk.get("/me"), desk.get("/roles/rol_moon")

    assert facts(first) == (200, 199, 1)
    assert facts(second) == (200, 198, 1)
    assert "Retry-After" not in second.headers


def test_sandbox_limits_day_ends_at_midnight() -> None:
    """The requests of a day are counted until midnight in UTC."""
    with a_desk() as desk:
        limits, key = RateLimits(desk.clock), ApiKey(secret="sa_test_x", tier=Tier.STARTER)
        for _ in range(10_000):
            desk.clock.advance(2)
            assert limits.take(key).granted
        desk.clock.advance(60)

        refused = limits.take(key)
        desk.clock.advance(refused.reset)

        assert not refused.granted
        assert (refused.limit, refused.remaining) == (10_000, 0)
        assert refused.reset == 16 * 3600 - 20_060
        assert limits.take(key).granted


def test_sandbox_limits_refused_requests_do_not_count() -> None:
    """Hammering while refused does not push the end of the wait away."""
    with a_desk(tier=Tier.STARTER) as desk:
        spread(desk, 10, 0)
        for _ in range(50):
            assert desk.get("/me").status == 429
        desk.clock.advance(1)

        assert desk.get("/me").status == 200


def test_sandbox_limits_are_per_key(desk: Desk) -> None:
    """One key's requests leave another key's count alone."""
    limits = RateLimits(desk.clock)
    one, other = (ApiKey(secret=f"sa_test_{name}", tier=Tier.STARTER) for name in "ab")
    for _ in range(10):
        limits.take(one)

    assert not limits.take(one).granted
    assert limits.take(other).remaining == 9


def test_sandbox_limits_leave_strangers_uncounted(desk: Desk) -> None:
    """A request without a key, or to no address, has no rate headers and takes nothing from anybody."""
    assert "X-RateLimit-Limit" not in desk.get("/me", secret="sa_test_stranger").headers
    assert "X-RateLimit-Limit" not in desk.get("/moon").headers
    assert facts(desk.get("/me"))[1] == 199
