"""Change a role file that is there already to what is live, in as few places as that takes.

A toggle is turned, an item is put in or taken out, a word is replaced only where it no longer fits. Comments, the
order of keys and quotes stay. The result is for the caller to read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from reconciler.desired.category_schema import SELECTIONS
from reconciler.desired.form import Form, adjusting_form, whole_form
from reconciler.desired.implied import bottoms, tops
from reconciler.desired.quoting import scalar, word
from reconciler.desired.splice import Splicer, Unwritable, start_of
from reconciler.desired.statement import Vocabulary
from reconciler.model.permission import Catalogue, Category, PermissionSet
from reconciler.model.role import RoleContent

_TURNED = {"on": "off", "off": "on", "true": "false", "false": "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a role file says and is to say; permissions are those of the catalogue alone."""

    stated: PermissionSet
    """What the file would mean unchanged, on top of what it inherits."""
    inherited: PermissionSet | None
    """What its base will have; None where it has no base."""
    wanted: RoleContent


def revise(text: str, revision: Revision, vocabulary: Vocabulary) -> str:
    """Give the text of a role file changed to what is wanted.

    `text` must be a role file that the strict loader accepts. Raises `Unwritable` for forms that cannot be changed
    safely, such as keys written with a question mark.
    """
    return _Reviser(text, revision, vocabulary).revised()


class _Reviser:
    def __init__(self, text: str, revision: Revision, vocabulary: Vocabulary) -> None:
        self.splicer = Splicer(text)
        self.top = self.splicer.top()
        self.revision = revision
        self.vocabulary = vocabulary

    @property
    def catalogue(self) -> Catalogue:
        """The lock that words are expanded against."""
        return self.vocabulary.catalogue

    def revised(self) -> str:
        """Make every edit and give the text."""
        wanted = self.revision.wanted
        self._text("name", wanted.name)
        self._text("description", wanted.description)
        self._earlier_names(wanted.name)
        if wanted.permissions != self.revision.stated:
            permissions = _entries(self.top)["permissions"][1]
            if not isinstance(permissions, MappingNode):
                raise Unwritable
            self._categories(permissions)
        return self.splicer.result()

    def _categories(self, permissions: MappingNode) -> None:
        """Change every category that differs, and those that had something only because another one brought it."""
        wanted, stated = self.revision.wanted.permissions, self.revision.stated
        moved = wanted ^ stated
        moved |= wanted & self.catalogue.closed(stated - wanted)
        families: dict[str, list[Category]] = {}
        for category in self.catalogue.categories:
            if moved.isdisjoint(p.key for p in category.permissions):
                continue
            if category.family is None:
                self._category(permissions, category)
            else:
                families.setdefault(category.family, []).append(category)
        for family, members in families.items():
            self._family(permissions, family, members)

    def _family(self, permissions: MappingNode, family: str, members: list[Category]) -> None:
        """Change members of a family where they stand; where it has none written, write all of them anew."""
        key, value = _entries(permissions).get(family, (None, None))
        if isinstance(value, MappingNode):
            for category in members:
                self._category(value, category)
            return
        told = [
            (c, form) for c in self.catalogue.categories if c.family == family and (form := self._said(c)) is not None
        ]
        if key is None or value is None:
            if told:
                self._new_entry(permissions, word(family), _mapping(told), list(self.vocabulary.entries), family)
            return
        if not told and self.revision.inherited is not None:
            told = [(category, self._form(category)) for category in members]
        self.splicer.replace_value(key, value, _mapping(told) if told else "none")

    def _said(self, category: Category) -> Form | None:
        """Give what a category that is not written yet has to say; None where leaving it out says so."""
        wanted, inherited = self.revision.wanted.permissions, self.revision.inherited
        if inherited is not None:
            return adjusting_form(category, wanted, inherited)
        held = wanted.intersection(p.key for p in category.permissions)
        return whole_form(category, wanted) if held else None

    def _text(self, field: str, text: str) -> None:
        key, value = _entries(self.top)[field]
        if isinstance(value, ScalarNode) and value.value != text:
            flow = bool(self.top.flow_style)
            self.splicer.replace_value(key, value, scalar(text, style=value.style, flow=flow))

    def _earlier_names(self, name: str) -> None:
        """Take the name out of `previously`: the live role has it again."""
        key, value = _entries(self.top).get("previously", (None, None))
        if key is None or not isinstance(value, SequenceNode):
            return
        dropped = {n for n, item in enumerate(value.value) if item.value == name}
        if len(dropped) == len(value.value):
            self.splicer.remove_pair(self.top, key, value)
        elif dropped:
            self.splicer.thin(value, dropped)

    def _category(self, permissions: MappingNode, category: Category) -> None:
        found = _entries(permissions).get(category.member)
        if found is None:
            if self._said(category) is None:
                return
            flow = bool(permissions.flow_style)
            label = word(category.key) if category.family is None else scalar(category.member, flow=flow)
            order = [c.member for c in self.catalogue.categories if c.family == category.family]
            order = list(self.vocabulary.entries) if category.family is None else order
            self._new_entry(permissions, label, self._form(category).flow, order, category.member)
            return
        key, value = found
        edited = (
            self._list(value, category)
            if isinstance(value, SequenceNode)
            else isinstance(value, MappingNode)
            and (self._toggles(value, category) or self._toggles_to_list(value, category))
        )
        form = self._form(category).flow
        if not edited and self.splicer.source(value) != form:
            self.splicer.replace_value(key, value, form)

    def _new_entry(self, mapping: MappingNode, label: str, text: str, order: list[str], name: str) -> None:
        """Write an entry that the file leaves out behind the nearest one before it in the catalogue."""
        entries = _entries(mapping)
        before = [key for key in order[: order.index(name)] if key in entries]
        after = entries[before[-1]][1] if before else None
        self.splicer.add_pair(mapping, f"{label}: {text}", after)

    def _form(self, category: Category) -> Form:
        wanted, inherited = self.revision.wanted.permissions, self.revision.inherited
        if inherited is None:
            return whole_form(category, wanted)
        adjusting = adjusting_form(category, wanted, inherited)
        return adjusting or whole_form(category, wanted, replaces=True)

    def _list(self, value: SequenceNode, category: Category) -> bool:
        """Put items in and take items out; False where a list of no item or, on one line, of none that stays."""
        wanted = {p.short: self._wants(p.key) for p in category.permissions}
        said = self._tops(category)
        items = {item.value: item for item in value.value}
        kept = [short for short in items if wanted[short]]
        if not kept:
            others = [word(short) for short in said]
            on_one_line = bool(value.flow_style) and "\n" not in self.splicer.source(value)
            if not items or not others or on_one_line:
                return False
            self.splicer.refill(value, others)
            return True
        self.splicer.thin(value, {n for n, short in enumerate(items) if not wanted[short]})
        order = list(wanted)
        for short in order:
            if short in said and short not in items:
                before = [other for other in order[: order.index(short)] if other in kept]
                after = items[before[-1]] if before else None
                self.splicer.add_item(value, word(short), after, items[kept[0]])
        return True

    def _toggles(self, value: MappingNode, category: Category) -> bool:
        """Turn toggles and add others behind them; False where that cannot say what is wanted."""
        toggles = {key: node.value in {"on", "true"} for key, (_, node) in _entries(value).items()}
        stated = self._meaning(category, toggles)
        differing = [p.short for p in category.permissions if (p.key in stated) != self._wants(p.key)]
        turned = {short: not toggles[short] for short in differing if short in toggles}
        added = self._added(category, [short for short in differing if short not in toggles])
        after = {**toggles, **turned, **added}
        if any(short in SELECTIONS and on for short, on in (turned | added).items()):
            return False
        if any(self._wants(p.key) != (p.key in self._meaning(category, after)) for p in category.permissions):
            return False
        if len(after) > 1 and not self._tops(category) and "\n" not in self.splicer.source(value):
            return False  # one word says it
        entries = _entries(value)
        for short in turned:
            node = entries[short][1]
            source = self.splicer.source(node)
            self.splicer.replace_value(*entries[short], source.replace(node.value, _TURNED[node.value]))
        last = value.value[-1][1]
        for short, on in added.items():
            self.splicer.add_pair(value, f"{word(short)}: {'on' if on else 'off'}", last)
        return True

    def _toggles_to_list(self, value: MappingNode, category: Category) -> bool:
        """Make a list of toggles on lines of their own, each item where its toggle was; False for any other form."""
        entries = _entries(value)
        wanted = self._tops(category)
        kept = [short for short in entries if short in wanted and short not in SELECTIONS]
        if value.flow_style or not kept or self._form(category).opening != "[":
            return False
        for short, (key, node) in entries.items():
            if short in kept:
                self.splicer.put(start_of(key), self.splicer.end_of(node), f"- {word(short)}")
            else:
                self.splicer.remove_pair(value, key, node)
        last = entries[kept[-1]][1]
        for short in wanted:
            if short not in kept:
                self.splicer.add_pair(value, f"- {word(short)}", last)
        return True

    def _added(self, category: Category, shorts: list[str]) -> dict[str, bool]:
        """Give the toggles to add for some permissions; what comes or goes with another one needs none."""
        on = [p for p in category.permissions if p.short in shorts and self._wants(p.key)]
        off = [p for p in category.permissions if p.short in shorts and not self._wants(p.key)]
        said = {p.short: True for p in tops(category, on)} | {p.short: False for p in bottoms(category, off)}
        return {short: said[short] for short in shorts if short in said}

    def _tops(self, category: Category) -> list[str]:
        """Give what a list has to say of what is wanted."""
        return [p.short for p in tops(category, [p for p in category.permissions if self._wants(p.key)])]

    def _wants(self, key: str) -> bool:
        return key in self.revision.wanted.permissions

    def _meaning(self, category: Category, toggles: Mapping[str, bool]) -> PermissionSet:
        """Expand toggles as the language does, on top of what is inherited."""
        on: set[str] = set()
        for short in (short for short, state in toggles.items() if state):
            words = self.vocabulary.selections if short in SELECTIONS else self.vocabulary.toggles
            on.update(words[category.key].get(short, ()))
        off = {f"{category.key}.{short}" for short, state in toggles.items() if not state}
        above, below = self.catalogue.above, self.catalogue.below
        gone = off.union(*(above[key] for key in off if key in above))
        meant = self.catalogue.closed(on - gone) | (self.revision.inherited or frozenset()) - gone
        return frozenset(key for key in meant if key not in below or below[key] <= meant)


def _entries(mapping: MappingNode) -> dict[str, tuple[Node, Node]]:
    return {key.value: (key, value) for key, value in mapping.value}


def _mapping(told: list[tuple[Category, Form]]) -> str:
    """Write members of a family on one line."""
    return f"{{{', '.join(f'{scalar(category.member, flow=True)}: {form.flow}' for category, form in told)}}}"
