"""Suggest the word an author most likely meant."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 80  # comparing costs the square of the length


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word closest to `word`, or None where nothing is close; ties go to the first in order."""
    from difflib import get_close_matches

    ordered = sorted(known)
    folded = {w.casefold(): w for w in reversed(ordered)}
    plain = word.strip().casefold()[:_LONGEST]
    tidy = plain.replace(" ", "_").replace("-", "_")
    for candidate in (plain, tidy):
        if candidate in folded:
            return folded[candidate]
    close = [*get_close_matches(plain, ordered, n=1), *get_close_matches(tidy, ordered, n=1)]
    return close[0] if close else None


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """Give the imperative that names the nearest known word, or `otherwise`."""
    found = nearest(word, known)
    return f"Write `{found}`" if found else otherwise


def listed(words: Iterable[str]) -> str:
    """Join words for a sentence, each in backticks."""
    return ", ".join(f"`{word}`" for word in words)
