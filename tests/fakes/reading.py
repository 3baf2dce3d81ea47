"""Read rendered output as its consumers do: a Markdown parser, a browser, and a runner that looks for commands."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

RUNNER_COMMANDS = frozenset(
    {
        *("add-mask", "add-path", "add-matcher", "debug", "echo", "endgroup", "error", "group", "notice"),
        *("remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning"),
    }
)
REFERENCES = re.compile(
    r"@[A-Za-z0-9]|#[0-9]|\bGH-[0-9]|\b[0-9a-f]{7,40}\b|https?:|www\.|[\w.+-]+@[\w-]+\.|\b[A-Z]+-[0-9]", re.IGNORECASE
)
"""What GitHub turns into a mention, a reference or a link in text that is no code."""


class Elements(HTMLParser):
    """The elements of a page in order, and its text apart from code."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.bare = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element with the names of its attributes."""
        self.found.append(" ".join([tag, *(name for name, _ in attrs)]))
        if tag in {"code", "pre"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Keep text that is no code."""
        if not self._open:
            self.bare += data

    def handle_comment(self, data: str) -> None:
        """Keep a comment as an element."""
        self.found.append(f"comment {data}")

    @property
    def blocks(self) -> list[str]:
        """The elements without inline code, of which a sentence has as many as it has foreign words."""
        return [element for element in self.found if element != "code"]


def parsed(markdown: str) -> Elements:
    """Render Markdown with tables and with HTML let through, and read what a browser would get."""
    return Elements(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def commands(output: str) -> list[str]:
    """Give the commands that a runner would carry out, each as its name; both of its parsers are asked."""
    return [name for told in re.split(r"\r\n|\n|\r", output) for name in (_second(told) or _first(told),) if name]


def _second(told: str) -> str:
    """Read `::name key=value::message`, which may stand after white space at the start of a line."""
    stripped = told.lstrip()
    if not stripped.startswith("::"):
        return ""
    end = stripped.find("::", 2)
    name = stripped[2:end].split(" ", 1)[0] if end >= 0 else ""
    return name if name.lower() in RUNNER_COMMANDS else ""


def _first(told: str) -> str:
    """Read `##[name key=value]message`, which may stand anywhere in a line."""
    start = told.find("##[")
    end = told.find("]", start)
    if start < 0 or end < 0:
        return ""
    name = told[start + 3 : end].split(" ", 1)[0]
    return name if name.lower() in RUNNER_COMMANDS else ""
