"""The machine-readable first line by which we know our own comments and issues again."""

from __future__ import annotations

import re

from reconciler.github.api import Author, author_of
from reconciler.github.problems import GithubUnusable
from reconciler.tenants.shape import Part

MAX_TEXT = 65_536
"""Characters of a comment or of an issue's body."""

_WORD = re.compile(r"[a-z0-9]+([:/.-][a-z0-9]+)*")
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def checked_sha(sha: str) -> str:
    """Give back a full commit id; raises `GithubUnusable` for anything else."""
    if not _SHA.fullmatch(sha):
        raise GithubUnusable("A commit is named by its full id of 40 or 64 lower-case hexadecimal digits")
    return sha


def line_of(word: str, head: str | None = None) -> str:
    """Give the first line for `word`, which says what kind of text it is, and for the commit it was made for."""
    if not _WORD.fullmatch(word) or "--" in word:
        raise GithubUnusable("A marker is lower-case words joined by single signs, such as roles:plan")
    tail = "" if head is None else f" head={checked_sha(head)}"
    return f"<!-- role-reconciler {word}{tail} -->"


def body_of(line: str, text: str) -> str:
    """Put the first line before `text`; raises `GithubUnusable` for what GitHub would not keep as it is."""
    body = f"{line}\n{text}"
    if len(body) > MAX_TEXT:
        raise GithubUnusable(
            f"A text of {len(body)} characters was not sent; GitHub keeps {MAX_TEXT}",
            fix="Send a shorter text and say where the whole one is",
        )
    if any("\ud800" <= character <= "\udfff" or character == "\0" for character in body):
        raise GithubUnusable("A text that is no Unicode, or holds a NUL, was not sent")
    return body


def same_text(left: str, right: str) -> bool:
    """Say whether two bodies are the same to a reader; GitHub may give line ends back as CRLF."""
    return left.replace("\r\n", "\n").rstrip() == right.replace("\r\n", "\n").rstrip()


def is_ours(item: Part, author: Author, word: str) -> bool:
    """Say whether `author` wrote a comment or issue and its first line has our mark for `word`."""
    user, body = item.maybe("user"), item.maybe("body")
    if user is None or body is None or author_of(user).id != author.id:
        return False
    return first_line(body.text()).startswith(f"<!-- role-reconciler {word} ")


def first_line(body: str) -> str:
    """Give the first line of a body."""
    return body.replace("\r\n", "\n").partition("\n")[0]
