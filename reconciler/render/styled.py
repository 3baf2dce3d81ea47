"""Text with tones: what a line says and how loud; colours are added last, and only for terminals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.render.escape import visible


class Tone(StrEnum):
    """How a piece of text is meant; never the only carrier of a meaning."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    BAD = "bad"
    CARE = "care"


_SGR = {
    Tone.PLAIN: "",
    Tone.STRONG: "1",
    Tone.FAINT: "2",
    Tone.GOOD: "32",
    Tone.BAD: "31",
    Tone.CARE: "33",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line; its text is already safe to show."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """Make a line; plain text is made visible here, so foreign text needs no care at the call."""
    return tuple(part if isinstance(part, Span) else Span(visible(part)) for part in parts)


def span(text: str, tone: Tone) -> Span:
    """Make a piece with a tone out of text that may be foreign."""
    return Span(visible(text), tone)


def to_text(lines: Iterable[Line], *, colour: bool) -> str:
    """Join lines; with `colour`, tones become SGR sequences, which are the only escape sequences there are."""
    return "".join(f"{''.join(_painted(s, colour=colour) for s in spans)}\n" for spans in lines)


def _painted(piece: Span, *, colour: bool) -> str:
    code = _SGR[piece.tone]
    return f"\x1b[{code}m{piece.text}\x1b[0m" if colour and code else piece.text
