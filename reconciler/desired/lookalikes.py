"""The letters of other alphabets that are drawn like small Latin ones.

Only what people type by mistake or on purpose to imitate a name: Cyrillic, Greek, Armenian, Coptic and a few Latin
letters, after NFKC and casefold. Written as code points, because the letters themselves cannot be told apart here.
"""

from __future__ import annotations

_DRAWN_LIKE = {
    "a": "\u0430\u03b1\u0251",
    "b": "\u03b2\u044c\u0432\u0185",
    "c": "\u0441\u2ca5",
    "d": "\u0501\u056a",
    "e": "\u0435\u04bd\u03b5",
    "f": "\u03dd",
    "g": "\u0581\u0261\u050d",
    "h": "\u04bb\u0570\u043d",
    "i": "\u0456\u03b9\u0269\u0131\u04cf",
    "j": "\u0458\u03f3",
    "k": "\u043a\u03ba",
    "m": "\u043c",
    "n": "\u0578\u03b7\u043f",
    "o": "\u043e\u03bf\u0585\u03c3\u2c9f",
    "p": "\u0440\u03c1\u2ca3",
    "q": "\u051b\u0563",
    "r": "\u0433\u1d26",
    "s": "\u0455",
    "t": "\u0442\u03c4\u1d1b",
    "u": "\u057d\u03c5",
    "v": "\u0475\u03bd",
    "w": "\u0461\u051d\u03c9",
    "x": "\u0445\u03c7\u04b3",
    "y": "\u0443\u03b3\u028f\u04af",
    "z": "\u03b6\u0290\u1d22",
}

TO_LATIN = str.maketrans({letter: latin for latin, letters in _DRAWN_LIKE.items() for letter in letters})
"""For `str.translate`."""
