"""Suggest the word an author most likely meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word closest to `word`, or None where nothing is close; ties go to the first in order."""
    from difflib import get_close_matches

    ordered = sorted(known)
    folded = {w.casefold(): w for w in reversed(ordered)}
    tidy = word.strip().casefold().replace(" ", "_").replace("-", "_")
    for candidate in (word.strip().casefold(), tidy):
        if candidate in folded:
            return folded[candidate]
    close = get_close_matches(tidy[:80], ordered, n=1, cutoff=0.6)
    return close[0] if close else None


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """Give the imperative that names the nearest known word, or `otherwise`."""
    found = nearest(word, known)
    return f"Write `{found}`" if found else otherwise


def listed(words: Iterable[str]) -> str:
    """Join words for a sentence, each in backticks."""
    return ", ".join(f"`{word}`" for word in words)
