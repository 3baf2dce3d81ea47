"""Lint what a file tells the next reader: its description, its owner, and the categories it leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.wording import listing
from reconciler.desired.lint.subject import Advice, Subject
from reconciler.desired.text import shown
from reconciler.desired.words import listed

_WORD = re.compile(r"[^\W\d_]{2,}")
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts that put no spaces between words; nothing is counted there."""
_EMPTY = frozenset(
    {"access", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "its", "of"}
    | {"on", "or", "people", "permission", "permissions", "role", "roles", "that", "the", "their", "this", "to"}
    | {"user", "users", "who", "with"}
)
_FEWEST = 3
"""Words that say something, besides those of the name."""


def thin_description(subject: Subject) -> Iterator[Advice]:
    """Find descriptions that only repeat the name or have hardly a word of their own."""
    for role in subject.roles:
        text = role.content.description
        if _NO_SPACES.search(text):
            continue
        named = {_stem(word) for word in _WORD.findall(role.content.name.casefold())}
        words = [_stem(word) for word in _WORD.findall(text.casefold()) if word not in _EMPTY]
        own = {word for word in words if word not in named}
        if len(own) < _FEWEST:
            what = "only repeats the name" if words and not own else "has hardly a word of its own"
            yield Advice(
                subject.written(role).place("description"),
                f"The description of {shown(role.content.name)} {what}",
                "Say what its people do with it, and what they are not to do",
            )


def _stem(word: str) -> str:
    """Cut the endings in which a word comes back: reviewer, reviewers, reviews, reviewing."""
    return re.sub(r"(ings?|ers?|ors?|ed|es|e|s)$", "", word) or word


def sensitive_without_owner(subject: Subject) -> Iterator[Advice]:
    """Find custom roles with sensitive permissions that nobody answers for."""
    for role in subject.roles:
        sensitive = [p for p in role.content.permissions if subject.catalogue.is_sensitive(p)]
        if sensitive and role.owner is None and not role.standard:
            yield Advice(
                subject.written(role).place("name"),
                f"{shown(role.content.name)} grants {listing(sensitive)}, and no team answers for it",
                "Add `owner:` with the team that decides who gets this role",
            )


def categories_left_out(subject: Subject) -> Iterator[Advice]:
    """Find roles from scratch that do not say a word on some category."""
    for role in subject.roles:
        written = subject.written(role)
        words = dict.fromkeys(category.family or category.key for category in subject.catalogue.categories)
        missing = [word for word in words if word not in written.categories]
        if missing and role.based_on is None:
            yield Advice(
                written.place("permissions"),
                f"{shown(role.content.name)} says nothing on {listed(missing)}, which means `none`",
                f"Write {listed(f'{key}: none' for key in missing)}, so that a reader sees it was meant",
            )
