"""Addresses are plain https, and no id climbs out of them."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import TenantAnswerUnusable, UsageProblem
from reconciler.tenants.address import BaseAddress

BASE = "https://desk.example/api/v1"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://desk.example", "https://desk.example"),
        ("https://desk.example/", "https://desk.example"),
        ("https://desk.example:443/api/v1/", "https://desk.example:443/api/v1"),
        ("https://a-b.c1.example/api~x/v_1", "https://a-b.c1.example/api~x/v_1"),
        ("http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api"),
        ("http://127.9.9.9/api", "http://127.9.9.9/api"),
        ("http://[::1]:8080/api", "http://[::1]:8080/api"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://localhost:8443", "https://localhost:8443"),
    ],
)
def test_a_plain_address_is_kept(text: str, url: str) -> None:
    """Only a slash at the end is taken away."""
    assert BaseAddress.of(text).url == url


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://desk.example", "https://"),
        ("http://127.0.0.1.desk.example", "https://"),
        ("http://localhost.desk.example", "https://"),
        ("ftp://localhost", "https://"),
        ("desk.example/api", "https://"),
        ("", "https://"),
        ("https://", "plain name"),
        ("https://u:p@desk.example", "user or password"),
        ("https://@desk.example", "user or password"),
        ("https://desk.example?x=1", "query or fragment"),
        ("https://desk.example/#", "query or fragment"),
        ("https://desk.example:8443", "another port"),
        ("https://desk.example:99999", "malformed"),
        ("https://[::1", "malformed"),
        ("https://10.0.0.1", "plain name"),
        ("https://[2001:db8::1]", "plain name"),
        ("https://2130706433", "plain name"),
        ("https://desk.example.", "plain name"),
        ("https://-desk.example", "plain name"),
        ("https://desk_1.example", "plain name"),
        ("https://Desk.example", "upper case"),
        ("https://d\u0435sk.example", "no address has"),
        ("https://desk.example/a b", "no address has"),
        ("https://desk.example/a//b", "path"),
        ("https://desk.example/a/../b", "path"),
        ("https://desk.example/./b", "path"),
        ("https://desk.example/%2e%2e", "path"),
        ("https://desk.example\\@evil.example", "plain name|user|path"),
    ],
)
def test_any_other_address_is_refused_unquoted(text: str, words: str) -> None:
    """What is wrong is told without repeating an address that may hold a password."""
    with pytest.raises(UsageProblem, match=words) as caught:
        BaseAddress.of(text)

    assert not text or text not in caught.value.detail


def test_no_address_is_a_usage_problem() -> None:
    """A tenant of this kind cannot be reached without one."""
    with pytest.raises(UsageProblem, match="needs an address"):
        BaseAddress.of(None)


@given(
    st.lists(st.text(), min_size=1, max_size=3), st.dictionaries(st.text(st.characters(codec="utf-8")), st.just("&="))
)
def test_whatever_the_ids_the_address_stays_below_the_base(segments: list[str], query: dict[str, str]) -> None:
    """Each segment is exactly one step of the path, or it is refused."""
    try:
        url = BaseAddress.of(BASE).to(segments, query)
    except TenantAnswerUnusable:
        return

    parts = urlsplit(url)
    assert url.startswith(f"{BASE}/")
    assert [unquote(step) for step in parts.path.split("/")[3:]] == segments
    assert parts.fragment == ""


@pytest.mark.parametrize("segment", ["", ".", "..", "a\nb", "\ud800", "\x00"])
def test_a_step_that_no_quoting_tames_is_refused(segment: str) -> None:
    """Dots, nothing and what cannot be printed are no ids."""
    with pytest.raises(TenantAnswerUnusable):
        BaseAddress.of(BASE).to(("roles", segment), {})
