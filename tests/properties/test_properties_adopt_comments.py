"""Laws about comments: an adoption leaves each beside what it is about, and a list on lines stays one."""

from __future__ import annotations

import io
from collections import defaultdict

import yaml
from builders import NOBODY, Silence, a_live_role
from fakes.role_files import MemoryFiles
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st
from properties.handwriting import hand_written
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from reconciler.desired.language import load_desired_from
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.operations.adopt import Asked, adopt

LEVELS = {"view": "view", "view_all": "view", "add": "act", "edit": "act", "go": "act"}
CATALOGUE = Catalogue(
    version=1,
    categories=tuple(
        Category(
            key=category,
            name=category,
            permissions=tuple(
                Permission(key=f"{category}.{short}", name=short, level=PermissionLevel(level))
                for short, level in LEVELS.items()
            ),
        )
        for category in ("tickets", "notes", "teams")
    ),
    role_administration="teams.go",
)
NAMES = {"alpha": "Alpha Desk", "beta": "Beta Desk"}

Element = tuple[str, ...]
"""The way to a field, a category, or an item or toggle of one."""


def elements(text: str) -> dict[int, set[Element]]:
    """Give what is written on each line of a role file, by the number of the line."""
    found: dict[int, set[Element]] = defaultdict(set)

    def note(way: Element, node: Node) -> None:
        last = node.end_mark.line - (node.end_mark.column == 0)
        for number in range(node.start_mark.line, max(node.start_mark.line, last) + 1):
            found[number].add(way)

    def walk(way: Element, node: Node) -> None:
        if isinstance(node, CollectionNode) and node.flow_style:
            found[node.end_mark.line].add(way)
        if isinstance(node, MappingNode):
            for key, value in node.value:
                note((*way, key.value), key)
                walk((*way, key.value), value)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                note((*way, item.value), item)
        elif isinstance(node, ScalarNode):
            note(way, node)

    top = yaml.compose(io.StringIO(text, newline=None).read(), Loader=yaml.SafeLoader)
    assert top is not None
    walk((), top)
    return found


def subject(text: str, comment: str) -> set[Element]:
    """Give what a comment is about: what it stands beside or, on a line of its own, what the next line says."""
    written = elements(text)
    at = next(number for number, line in enumerate(text.splitlines()) if comment in line)
    return written.get(min((number for number in written if number >= at), default=-1), set())


def neighbours(text: str, comment: str) -> set[Element]:
    """Give what is on the nearest lines around a comment, and on its own."""
    written = elements(text)
    at = next(number for number, line in enumerate(text.splitlines()) if comment in line)
    above = max((number for number in written if number < at), default=at)
    below = min((number for number in written if number > at), default=at)
    return set().union(*(written.get(number, set()) for number in (above, at, below)))


def lists_on_lines(text: str) -> set[str]:
    """Give the categories that say a list with each item on a line of its own."""
    top = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(top, MappingNode)
    permissions = next(value for key, value in top.value if key.value == "permissions")
    return {k.value for k, v in permissions.value if isinstance(v, SequenceNode) and not v.flow_style}


@given(st.data(), hand_written(CATALOGUE, NAMES, {"beta": ["Old Beta", "Older Beta"]}))
def test_comment_stays_beside_what_it_is_about(
    data: st.DataObject, written: tuple[dict[str, bytes], dict[str, list[str]]]
) -> None:
    """Each comment of a file is in it after an adoption, next to the line it was about, unless that line went."""
    texts, comments = written
    files, roles = MemoryFiles(CATALOGUE, texts), []
    for role in load_desired_from(texts.items(), CATALOGUE).roles:
        grants = data.draw(st.frozensets(st.sampled_from(sorted(CATALOGUE.keys)), max_size=9))
        name = data.draw(st.sampled_from((role.content.name, *role.previously)))
        roles.append(a_live_role(name, id=role.key, grants=grants, description=role.content.description))

    adopt(Asked(everything=True), files, FakeTenant(catalogue=CATALOGUE, roles=roles, account=NOBODY), Silence())

    for role in roles:
        path = f"roles/{role.id}.yaml"
        before, after = texts[path].decode(), files.texts[path].decode()
        stays = set().union(*elements(after).values())
        for comment in comments[path]:
            about = subject(before, comment) & stays
            assert not about or about & neighbours(after, comment), (comment, before, after)
        empty = {c.key for c in CATALOGUE.categories if not {p.key for p in c.permissions} & role.content.permissions}
        assert lists_on_lines(before) - empty <= lists_on_lines(after), (before, after)
