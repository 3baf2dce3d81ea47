"""Change a YAML text in few places and leave every other byte, and every comment, as it is.

Places come from the parser. A library that writes the whole document anew would lose comments with the items they
follow, move the others, and even out spaces; here only what must change is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode


class Unwritable(Exception):
    """The text has a form that cannot be changed safely; never leaves this room."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


class Splicer:
    """A text with the edits to be made in it; places are offsets in the text as it was."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self._edits: list[_Edit] = []

    def top(self) -> MappingNode:
        """Parse the text, which the strict loader has accepted, and give its one mapping."""
        try:
            node = yaml.compose(self.text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise Unwritable from error
        if not isinstance(node, MappingNode):
            raise Unwritable
        return node

    def result(self) -> str:
        """Give the text with every edit made; raises `Unwritable` where two of them meet."""
        parts, at = [], 0
        for edit in sorted(self._edits, key=lambda e: (e.start, e.end)):
            if edit.start < at:
                raise Unwritable
            parts += [self.text[at : edit.start], edit.text]
            at = edit.end
        return "".join((*parts, self.text[at:]))

    def source(self, node: Node) -> str:
        """Give a node as it is written."""
        return self.text[start_of(node) : self.end_of(node)]

    def put(self, start: int, end: int, text: str) -> None:
        """Write `text` in place of what stands between two offsets."""
        self._edits.append(_Edit(start, end, text))

    def replace_value(self, key: Node, value: Node, text: str) -> None:
        """Write a value of one line in place of another; comments inside the old one follow on lines of their own."""
        start, end = start_of(value), self.end_of(value)
        if isinstance(value, CollectionNode) and not value.flow_style:
            # The old value stands below its key; a comment beside the key stays where it is.
            colon = self.text.index(":", key.end_mark.index) + 1
            self.put(colon, colon, f" {text}")
            start, end, text = self.line_end(colon), self.line_end(end), ""
        self.put(start, end, text)
        indent = " " * (key.start_mark.column + 2)
        comments = self._comments(start, end, value)
        after = self.line_end(end)
        self.put(after, after, "".join(f"{self.newline}{indent}{comment}" for comment in comments))

    def remove_pair(self, mapping: MappingNode, key: Node, value: Node) -> None:
        """Take an entry out of a mapping that keeps others; its comments stay."""
        position = [k for k, _ in mapping.value].index(key)
        if mapping.flow_style:
            self._thin_flow(list(mapping.value), {position})
        else:
            self._remove_lines(start_of(key), value, lead="")

    def add_pair(self, mapping: MappingNode, text: str, after: Node | None) -> None:
        """Put an entry behind the value `after`, or first."""
        if not mapping.value:
            inside = start_of(mapping) + 1
            earlier = any(edit.start == inside for edit in self._edits)
            self.put(inside, inside, f", {text}" if earlier else text)
        else:
            self._add(mapping.value[0][0], text, after, lead="", flow=bool(mapping.flow_style))

    def thin(self, sequence: SequenceNode, dropped: set[int]) -> None:
        """Take items out of a list that keeps others; comments beside them stay."""
        if sequence.flow_style:
            self._thin_flow([(item, item) for item in sequence.value], dropped)
            return
        for position in sorted(dropped):
            item = sequence.value[position]
            self._remove_lines(start_of(item), item, lead="-")

    def refill(self, sequence: SequenceNode, texts: list[str]) -> None:
        """Put other items in the place of all that a list has; comments stay where they are."""
        items = sequence.value
        if sequence.flow_style:
            self._thin_flow([(item, item) for item in items], set(range(1, len(items))))
            self.put(start_of(items[0]), self.end_of(items[0]), ", ".join(texts))
            return
        self.thin(sequence, set(range(len(items))))
        for text in texts:
            self.add_item(sequence, text, items[-1], items[0])

    def add_item(self, sequence: SequenceNode, text: str, after: Node | None, first: Node) -> None:
        """Put an item behind `after`, an item that stays, or before `first`, the first that stays."""
        flow = bool(sequence.flow_style)
        self._add(first, text if flow else f"- {text}", after, lead="" if flow else "-", flow=flow)

    def line_start(self, at: int) -> int:
        """Give the offset of the first character of a line."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Give the offset behind the last character of a line, before its line end."""
        end = self.text.find("\n", at)
        if end < 0:
            return len(self.text)
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def line_end_before(self, start: int) -> int:
        """Give the offset of the line break before a line that is not the first."""
        return start - 2 if self.text[start - 2 : start] == "\r\n" else start - 1

    def end_of(self, node: Node) -> int:
        """Give the offset behind the last character of a value, without what is only space or comment behind it."""
        if isinstance(node, ScalarNode):
            end = int(node.end_mark.index)
            return len(self.text[:end].rstrip()) if node.style in {"|", ">"} else end
        last = node.value[-1] if isinstance(node, CollectionNode) and not node.flow_style else None
        if last is None:
            return int(node.end_mark.index)
        return self.end_of(last[1] if isinstance(last, tuple) else last)

    def _add(self, first: Node, text: str, after: Node | None, *, lead: str, flow: bool) -> None:
        if flow:
            at = start_of(first) if after is None else self.end_of(after)
            self.put(at, at, f"{text}, " if after is None else f", {text}")
            return
        indent = self._indent(start_of(first), lead)
        if after is None:
            at = self._above_its_comments(self.line_start(start_of(first)))
            self.put(at, at, f"{indent}{text}{self.newline}")
        else:
            at = self._below_its_comments(self.line_end(self.end_of(after)), len(indent))
            self.put(at, at, f"{self.newline}{indent}{text}")

    def _above_its_comments(self, at: int) -> int:
        """Give the start of the comment lines right above the line that starts here: they are about that line."""
        while at and self.text[self.line_start(at - 1) : at].lstrip().startswith("#"):
            at = self.line_start(at - 1)
        return at

    def _below_its_comments(self, at: int, indent: int) -> int:
        """Give the end of the comment lines below the line that ends here that stand deeper than `indent`."""
        while (start := self.text.find("\n", at) + 1) and self._is_comment_within(start, indent):
            at = self.line_end(start)
        return at

    def _is_comment_within(self, start: int, indent: int) -> bool:
        line = self.text[start : self.line_end(start)]
        written = line.lstrip(" ")
        return written.startswith("#") and len(line) - len(written) > indent

    def _remove_lines(self, first: int, last: Node, lead: str) -> None:
        start, indent = self.line_start(first), self._indent(first, lead)
        end = self.line_end(self.end_of(last))
        comments = self._comments(first, end, last)
        kept = [f"{indent}{comment}" for comment in comments]
        if start:
            # With the line break before it, so that another entry can still be put behind this line.
            self.put(self.line_end_before(start), end, "".join(f"{self.newline}{line}" for line in kept))
        else:
            after = self.text.find("\n", end) + 1 or len(self.text)
            self.put(start, after, "".join(f"{line}{self.newline}" for line in kept))

    def _indent(self, first: int, lead: str) -> str:
        """Give the spaces before an entry that begins its line, and refuse one that does not."""
        prefix = self.text[self.line_start(first) : first]
        if prefix.strip() != lead:
            raise Unwritable
        return prefix.partition("-")[0]

    def _thin_flow(self, entries: list[tuple[Node, Node]], dropped: set[int]) -> None:
        kept = [n for n in range(len(entries)) if n not in dropped]
        last = kept[-1]
        for n in sorted(dropped):
            if n < last:
                start, end = start_of(entries[n][0]), start_of(entries[n + 1][0])
                self.put(start, end, self._kept_gap(self.end_of(entries[n][1]), end))
        if last + 1 < len(entries):
            start, end = self.end_of(entries[last][1]), self.end_of(entries[-1][1])
            gaps = [
                self._kept_gap(self.end_of(entries[n][1]), start_of(entries[n + 1][0]))
                for n in range(last, len(entries) - 1)
            ]
            self.put(start, end, "".join(gaps))

    def _kept_gap(self, start: int, end: int) -> str:
        """Give what must stay of the text between two entries: nothing, or its comments without the comma."""
        gap = self.text[start:end]
        if "#" not in gap:
            return ""
        lines = [f"{before.replace(',', '')}{sign}{comment}" for before, sign, comment in _halves(gap)]
        return "\n".join(lines)

    def _comments(self, start: int, end: int, within: Node) -> list[str]:
        """Give the comments between two offsets; a sign inside a scalar starts none."""
        comments, at = [], start
        for first, last in [*self._scalars(within), (end, end)]:
            for _, sign, comment in _halves(self.text[at : max(first, at)]):
                if sign:
                    comments.append(f"{sign}{comment}".rstrip())
            at = max(at, last)
        return comments

    def _scalars(self, node: Node) -> Iterator[tuple[int, int]]:
        if isinstance(node, ScalarNode):
            # The first line of a block scalar holds only its sign, and perhaps a comment.
            start = self.line_end(start_of(node)) if node.style in {"|", ">"} else start_of(node)
            yield start, self.end_of(node)
            return
        for entry in node.value:
            for part in entry if isinstance(entry, tuple) else (entry,):
                yield from self._scalars(part)


def start_of(node: Node) -> int:
    """Give the offset of the first character of a value."""
    return int(node.start_mark.index)


def _halves(text: str) -> Iterator[tuple[str, str, str]]:
    """Give each line of a text without scalars as what stands before its comment, the sign, and the comment."""
    for line in text.split("\n"):
        yield line.partition("#")
