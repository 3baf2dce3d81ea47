"""Judge names that people see: spaces, look-alikes, names that say nothing, and words with a meaning of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reconciler.desired.lookalikes import TO_LATIN
from reconciler.desired.text import is_mark, shown

RESERVED_NAMES = frozenset(
    {"all", "any", "default", "everyone", "false", "no", "nobody", "none", "null", "off", "on", "true", "view", "yes"}
)
RESERVED_KEYS = frozenset({"all", "false", "none", "null", "true"})
"""Stems that could not be written in `based_on`, or would read as something else there."""

_GENERIC = re.compile(
    r"(?:(?:my|the|a|new|custom|another|other|test|temp|temporary|example|sample|copy of)\s+)*"
    r"(?:role|roles|custom|test|testing|new|misc|miscellaneous|other|temp|temporary|untitled|unnamed|example|sample"
    r"|draft|copy|todo|tbd|foo|bar|asdf)"
    r"(?:\s*[-_#.(]*\s*\d+\)?)?"
)
_ODD_SPACE = re.compile(r"^\s|\s$|\s{2}|[^\S ]")
_DASHES_AND_SPACES = re.compile("[\\s_\\-\u2010-\u2015\u2212]+")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")


class NameProblem(NamedTuple):
    """One thing wrong with a name."""

    code: str
    message: str
    fix: str


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> str:
    """Reduce a name to what the eye sees: equal skeletons cannot be told apart in a list of roles."""
    bare = name.casefold()
    if not name.isascii():
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
        bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not is_mark(c)).translate(TO_LATIN)
    letters = bare.replace("0", "o").replace("1", "l").replace("rn", "m").replace("vv", "w")
    return _DASHES_AND_SPACES.sub(" ", letters).strip()


def space_problems(text: str) -> Iterator[NameProblem]:
    """Find spaces that nobody sees or that make two equal names differ."""
    if text.endswith("\n"):
        message = "The text ends with a line break"
        yield NameProblem("text.space", message, "Write it on one line, or `>-` in place of `>`")
    elif _ODD_SPACE.search(text):
        message = "The text has a space at its end, two in a row, a line break, or a space that is not the plain one"
        yield NameProblem("text.space", message, "Use single plain spaces between words, on one line")


def name_problems(name: str) -> Iterator[NameProblem]:
    """Give everything wrong with the name of a role, looking at nothing but the name."""
    yield from space_problems(name)
    if not name.isascii():
        yield from _script_problems(name)
    plain = " ".join(name.casefold().split())
    if plain in RESERVED_NAMES:
        message = f"{shown(name)} is a word with a meaning of its own"
        yield NameProblem("role.reserved-name", message, "Name the role after the work its people do")
    elif _GENERIC.fullmatch(plain):
        message = f"{shown(name)} does not say what the role is for"
        yield NameProblem("role.generic-name", message, "Name it after the work, such as Quality Reviewer")
    elif not any(character.isalpha() for character in name):
        yield NameProblem("role.generic-name", f"{shown(name)} has no letter in it", "Name the role in words")


def _script_problems(name: str) -> Iterator[NameProblem]:
    if unicodedata.normalize("NFC", name) != name:
        message = "An accented letter is written as two characters"
        yield NameProblem("text.not-composed", message, "Type the letter again, or save the text in Unicode form NFC")
    for word in name.split():
        scripts = {_script(character) for character in word if character.isalpha()} - {""}
        if len(scripts) > 1:
            message = f"{shown(word)} mixes letters of several alphabets: {', '.join(sorted(scripts)).title()}"
            yield NameProblem("text.mixed-script", message, "Type the word again in one alphabet")
            return


def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), "")
