"""Role files as people write them: any style, comments anywhere, each comment with a number of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from hypothesis import strategies as st

from reconciler.model.permission import Catalogue, Category


class Hand:
    """Writes one file; every choice is drawn, every comment is counted in `comments`."""

    def __init__(self, draw: st.DrawFn, numbers: Iterator[int]) -> None:
        self._draw = draw
        self._numbers = numbers
        self.comments: list[str] = []

    def text(self, name: str, description: str, catalogue: Catalogue, *, base: str | None, earlier: list[str]) -> str:
        """Write a whole file."""
        fields = [
            [f"name: {self._scalar(name)}"],
            [f"description: {self._scalar(description)}"],
            self._permissions(catalogue),
        ]
        if base is not None:
            fields.append([f"based_on: {base}"])
        if earlier:
            fields.append(self._draw(st.sampled_from((self._flow_names(earlier), self._block_names(earlier)))))
        order = self._draw(st.permutations(fields))
        lines = [line for field in order for line in (*self._own_lines(""), *field)]
        newline = self._draw(st.sampled_from(("\n", "\n", "\r\n")))
        return newline.join(lines) + self._draw(st.sampled_from((newline, "")))

    def _comment(self) -> str:
        self.comments.append(f"# c{next(self._numbers)}: view, [all] {{on}}")
        return self.comments[-1]

    def _maybe(self) -> bool:
        return self._draw(st.integers(0, 3)) == 0

    def _beside(self) -> str:
        return f"   {self._comment()}" if self._maybe() else ""

    def _own_lines(self, indent: str) -> list[str]:
        return [f"{indent}{self._comment()}"] if self._maybe() else []

    def _scalar(self, text: str) -> str:
        style = self._draw(st.sampled_from(["plain", "double", "single", "folded", "literal", "lines"]))
        if style == "double":
            return f'"{text}"{self._beside()}'
        if style == "single":
            return f"'{text}'{self._beside()}"
        if style in {"folded", "literal"}:
            sign = ">-" if style == "folded" else "|-"
            return f"{sign}{self._beside()}\n  {text}"
        if style == "lines" and " " in text:
            return "\n  ".join(text.split(" ", 1)) + self._beside()
        return f"{text}{self._beside()}"

    def _flow_names(self, names: list[str]) -> list[str]:
        return [f"previously: [{', '.join(names)}]{self._beside()}"]

    def _block_names(self, names: list[str]) -> list[str]:
        return ["previously:", *(line for n in names for line in (*self._own_lines("  "), f"  - {n}{self._beside()}"))]

    def _permissions(self, catalogue: Catalogue) -> list[str]:
        if self._maybe():
            flow = [self._in_braces(c) for c in catalogue.categories if self._maybe()]
            return [f"permissions: {{{', '.join(flow)}}}{self._beside()}"]
        lines = [line for c in catalogue.categories for line in self._category(c)]
        return ["permissions:", *lines] if lines else ["permissions: {}"]

    def _in_braces(self, category: Category) -> str:
        some, states = self._items(category), self._states(category)
        values = ["view", f"[{', '.join(some)}]", *([f"{{{', '.join(states)}}}"] if states else [])]
        return f"{category.key}: {self._draw(st.sampled_from(values))}"

    def _category(self, category: Category) -> list[str]:
        key, some, states = category.key, self._items(category), self._states(category)
        word = self._draw(st.sampled_from(("all", "view", "none", '"view"')))
        ways = [
            [],
            [f"  {key}: {word}{self._beside()}"],
            [f"  {key}: [{', '.join(some)}]{self._beside()}"],
        ]
        if some:
            ways += [self._block(key, [f"- {short}" for short in some], "    "), self._spread(key, "[]", some)]
        if states:
            ways += [self._block(key, states, "      "), self._spread(key, "{}", states)]
            ways += [[f"  {key}: {{ {',  '.join(states)} }}{self._beside()}"]]
        lines = self._draw(st.sampled_from(ways))
        return [*self._own_lines("  "), *lines] if lines else []

    def _items(self, category: Category) -> list[str]:
        shorts = st.sampled_from([p.short for p in category.permissions])
        some = self._draw(st.lists(shorts, unique=True, max_size=4))
        return [f"'{short}'" if self._maybe() else short for short in some]

    def _states(self, category: Category) -> list[str]:
        shorts = [p.short for p in category.permissions if p.short not in {"all", "view"}]
        some = self._draw(st.lists(st.sampled_from(shorts), unique=True, max_size=4))
        first = self._draw(st.sampled_from(([], ["all: on"], ["view: on"])))
        states = st.sampled_from(("on", "off", "true", "false", '"off"'))
        return [*first, *(f"{short}: {self._draw(states)}" for short in some)]

    def _block(self, key: str, entries: list[str], indent: str) -> list[str]:
        lines = [f"  {key}:{self._beside()}"]
        for entry in entries:
            lines += [*self._own_lines(indent), f"{indent}{entry}{self._beside()}"]
        return lines

    def _spread(self, key: str, brackets: str, entries: list[str]) -> list[str]:
        lines = [f"  {key}: {brackets[0]}{self._beside()}"]
        for entry in entries:
            comma = "," if entry != entries[-1] or self._maybe() else ""
            lines += [*self._own_lines("   "), f"     {entry}{comma}{self._beside()}"]
        return [*lines, f"    {brackets[1]}{self._beside()}"]


@st.composite
def hand_written(
    draw: st.DrawFn, catalogue: Catalogue, names: dict[str, str], earlier: dict[str, list[str]]
) -> tuple[dict[str, bytes], dict[str, list[str]]]:
    """Draw a file for each key of `names`, and give the comments of each beside it; bases come before in the order."""
    numbers = count()
    texts: dict[str, bytes] = {}
    comments: dict[str, list[str]] = {}
    done: list[str] = []
    for key, name in names.items():
        hand = Hand(draw, numbers)
        base = draw(st.sampled_from((None, *done)))
        text = hand.text(name, f"What {key} is for, in words", catalogue, base=base, earlier=earlier.get(key, []))
        texts[f"roles/{key}.yaml"] = text.encode("utf-8")
        comments[f"roles/{key}.yaml"] = [c for c in hand.comments if c in text]
        done.append(key)
    return texts, comments
