"""Reads which page comes next from a Link header, and refuses one that leads anywhere but to the same listing."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from reconciler.github.problems import GithubAnswerUnusable

MAX_HEADER = 8_000
"""Characters of a Link header; GitHub's has at most four addresses."""

_QUERY = "!$%&'()*+,/:;=?@~-._"
_LINK = re.compile(r'\s*<([^<>\s"]*)>((?:\s*;\s*[a-z]+="[^"]*")+)\s*(?:,|\Z)')
_RELATION = re.compile(r'\s*;\s*rel="([^"]*)"')


def next_page(header: str | None, first: str, repository_path: str) -> str | None:
    """Give the address of the next page, None on the last one.

    `first` is the address that was asked first. The next one must have its scheme, host and port, a query, no user
    and no fragment, and its path, where GitHub may write `/repositories/<number>` for `repository_path`. Raises
    `GithubAnswerUnusable` otherwise, and for a header that cannot be read as a whole.
    """
    target = _next_of(header) if header else None
    if target is None:
        return None
    try:
        asked, given = urlsplit(first), urlsplit(target)
    except ValueError:
        raise GithubAnswerUnusable("A listing's next page has an address that cannot be used") from None
    if not target.isascii() or not target.isprintable() or "@" in given.netloc or given.fragment or not given.query:
        raise GithubAnswerUnusable("A listing's next page has an address that cannot be used")
    if (given.scheme, given.netloc) != (asked.scheme, asked.netloc):
        raise GithubAnswerUnusable("A listing's next page lies on another server; it was not asked for")
    prefix, _, tail = unquote(asked.path).partition(repository_path)
    by_number = re.escape(prefix) + r"/repositories/[0-9]{1,18}" + re.escape(tail)
    if unquote(given.path) != unquote(asked.path) and not re.fullmatch(by_number, unquote(given.path)):
        raise GithubAnswerUnusable("A listing's next page belongs to another listing; it was not asked for")
    # A login such as "name[bot]" in the query may come back unescaped, and is sent escaped.
    return urlunsplit(given._replace(query=quote(given.query, safe=_QUERY)))


def _next_of(header: str) -> str | None:
    if len(header) > MAX_HEADER:
        raise GithubAnswerUnusable("A listing's Link header is too long")
    found: list[str] = []
    at = 0
    while at < len(header):
        match = _LINK.match(header, at)
        if match is None:
            raise GithubAnswerUnusable("A listing's Link header cannot be read")
        relation = _RELATION.search(match.group(2))
        if relation is not None and "next" in relation.group(1).split():
            found.append(match.group(1))
        at = match.end()
    if len(found) > 1:
        raise GithubAnswerUnusable("A listing names two next pages")
    return found[0] if found else None
