"""The installed command behind a line that cuts, delays and slices bytes anywhere."""

from __future__ import annotations

from collections import Counter

import pytest
from fakes.proxy import Proxy
from processes.command import Place
from processes.truth import Clean, assert_as_clean

pytestmark = pytest.mark.sockets

UNREADABLE = 7
FINISHED, CUT_OFF = 0, {6, UNREADABLE, 8}
FEW = range(4)
MANY = range(100)


@pytest.mark.parametrize("lines", [FEW, pytest.param(MANY, marks=pytest.mark.campaign)], ids=["few", "many"])
def test_a_plan_over_a_bad_line_is_the_same_plan_or_none(place: Place, lines: range) -> None:
    """Whatever the line does, the bytes are those of a good one, or the tenant is told as unreadable."""
    codes: Counter[int] = Counter()
    with place.serving() as url:
        place.point_at(url, "brisk")
        good = place.run("plan", "--format", "json").out
        for seed in lines:
            with Proxy(url, seed) as proxy:
                place.point_at(proxy.url, "brisk")
                ran = place.run("plan", "--format", "json")
            assert ran.code in {FINISHED, UNREADABLE}, (seed, ran)
            assert ran.code == UNREADABLE or ran.out == good, (seed, ran)
            codes[ran.code] += 1

    assert codes[FINISHED]
    assert place.effects() == Counter()


@pytest.mark.parametrize("lines", [FEW, pytest.param(MANY, marks=pytest.mark.campaign)], ids=["few", "many"])
def test_an_apply_over_a_bad_line_converges(place: Place, clean: Clean, lines: range) -> None:
    """Run over such lines until it says that it is done: nothing is done twice, and it is what a good line gives."""
    lost = 0
    with place.serving() as url:
        for start in lines[::4]:
            place.start_over()
            for seed in range(start, start + 20):
                with Proxy(url, seed) as proxy:
                    place.point_at(proxy.url, "brisk")
                    ran = place.run("apply", "--yes")
                lost += proxy.connections - 1
                assert ran.code in {FINISHED} | CUT_OFF, (seed, ran)
                if ran.code == FINISHED:
                    break
            assert ran.code == FINISHED, (start, ran)
            assert_as_clean(place, clean)

    assert lost > 0
