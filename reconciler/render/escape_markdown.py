"""Make foreign text safe in GitHub's Markdown: as inline code, in a sentence, and in a fenced block.

Entities and backslashes do not stop mentions, references, commit ids and bare addresses, because these are
found in the rendered text. Code is left alone by all of them, so foreign text is code, whole or word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reconciler.render.escape import LONGEST, visible

_BREAKING = re.compile(r"[`|<$]")
"""What could end the code, a cell of a table, or begin a tag or a formula around it."""
_EDGES = re.compile(r"^ | $")
_QUOTED = re.compile(r'"([^"]*)"|`([^`]*)`')
_PLAIN = re.compile(r"\(?(?P<core>[^\W\d_]+('[a-z]+)?|[0-9]{1,3}(,[0-9]{3})*%?|)\)?[.,:;]?\)?")
"""A word of letters or a number as people write it, with the punctuation of a sentence and nothing else."""
_NUMBERED = re.compile(r"^( *)([0-9]+)(?=[.)])")
"""What would begin a list where the sentence begins a line."""
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{7,}")
"""Letters alone can be the id of a commit."""


def code(text: str, most: int = LONGEST) -> str:
    r"""Give `text` as one piece of inline code, the same inside and outside of a table.

    What `visible` leaves alone and code could not hold becomes `\u{hex}`, too, so that no two texts look alike.
    """
    escaped = _BREAKING.sub(_spelled, visible(text, most))
    return f"`{_EDGES.sub(_spelled, escaped)}`" if escaped else "(empty)"


def prose(text: str) -> str:
    """Give a sentence of ours that may hold foreign text: plain words stay, everything else becomes code.

    What stands between quotes or backticks is one piece of code. None of it needs to be told apart from the foreign
    text: a word that stays plain has letters only, and nothing follows from letters.
    """
    told = ""
    end = 0
    for found in _QUOTED.finditer(text):
        told = _joined(told, _words(text[end : found.start()]), code(found[1] or found[2] or ""))
        end = found.end()
    return _NUMBERED.sub(lambda found: f"{found[1]}{code(found[2])}", _joined(told, _words(text[end:])))


def fenced(lines: Iterable[str], language: str = "") -> Iterator[str]:
    """Give lines in a fenced block; the fence is longer than any that they hold."""
    shown = [visible(text) for text in lines]
    longest = max((len(run) for text in shown for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from shown
    yield fence


def _words(text: str) -> str:
    """Give words as they are and anything else as code; spaces between them stay single."""
    return _joined(*(_word(part) if part.strip(" ") else part[:1] for part in re.split("( +)", text)))


def _word(word: str) -> str:
    found = _PLAIN.fullmatch(word)
    if found is not None and visible(word) == word and not _HEXADECIMAL.fullmatch(found["core"]):
        return word
    body = word[:-1] if word[-1] in ".,:;" else word
    return f"{code(body)}{word[len(body) :]}"


def _joined(*parts: str) -> str:
    """Join pieces; two pieces of code that touch would be one, so a space comes between them."""
    told = ""
    for part in parts:
        told += f" {part}" if told.endswith("`") and part.startswith("`") else part
    return told


def _spelled(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found[0]):x}}}"
