"""What is said of the headers of a reply, and that nothing of them is shown but dates."""

from __future__ import annotations

import pytest
from fakes.clock import START

from reconciler.tenants.remarks import CLOCK, DEPRECATED, Remarks

HERE = "Mon, 02 Mar 2026 08:00:00 GMT"
LATER = "Mon, 02 Mar 2026 09:00:00 GMT"


def told(*replies: dict[str, str]) -> list[tuple[str, str]]:
    """Give what is told of replies that arrive at the start of the fake clock."""
    found: list[tuple[str, str]] = []
    remarks = Remarks(lambda code, sentence: found.append((code, sentence)))
    for headers in replies:
        remarks.note(headers, START)
    return found


@pytest.mark.parametrize(
    "headers",
    [{}, {"date": HERE}, {"date": "Mon, 02 Mar 2026 08:04:59 GMT"}, {"date": "soon"}, {"date": "Mon, 99 Mar 2026 GMT"}],
)
def test_clock_that_agrees_or_cannot_be_read_is_no_remark(headers: dict[str, str]) -> None:
    """A few minutes are nothing, and neither is what no date is."""
    assert told(headers) == []


@pytest.mark.parametrize("date", [LATER, "Mon, 02 Mar 2026 07:00:00 GMT"])
def test_clock_that_differs_is_told_once_with_the_minutes(date: str) -> None:
    """Whichever of the two is ahead, one remark says how far they are apart."""
    ((code, sentence),) = told({"date": date}, {"date": date})

    assert code == CLOCK
    assert "60 minutes apart" in sentence


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"deprecation": "@1767225600", "sunset": LATER}, "deprecated since 2026-01-01 and ends on 2026-03-02"),
        ({"deprecation": "true"}, "is deprecated"),
        ({"sunset": LATER}, "is deprecated and ends on 2026-03-02"),
        ({"deprecation": "@99999999999999"}, "is deprecated"),
        ({"deprecation": "\x1b[31m"}, "is deprecated"),
    ],
)
def test_end_of_the_interface_is_told_with_its_dates_and_no_word_of_the_tenant(
    headers: dict[str, str], says: str
) -> None:
    """What is no date is left out, as anything could stand there."""
    ((code, sentence),) = told(headers, headers)

    assert code == DEPRECATED
    assert sentence.endswith(says)
