"""Turn the document of one role file into a statement, reporting what is wrong with the file in itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from reconciler.desired.category_schema import SELECTIONS
from reconciler.desired.contradictions import report_contradictions
from reconciler.desired.document import Document, Place, Route, Value
from reconciler.desired.files import KEY
from reconciler.desired.names import name_problems, skeleton, space_problems
from reconciler.desired.role_words import RoleWords, duplicates
from reconciler.desired.schema import role_shape
from reconciler.desired.statement import Rule, Statement, Step, Vocabulary
from reconciler.desired.text import shown
from reconciler.desired.violations import check_shape, explain_shape
from reconciler.desired.words import suggestion
from reconciler.desired.yaml_events import read_yaml
from reconciler.errors import Problem
from reconciler.model.permission import Catalogue
from reconciler.model.role import RoleKey

_ON: Final = frozenset({"on", True})
_FIELDS = ("name", "description", "based_on", "standard", "retired", "move_users_to", "owner", "permissions")


class Compiler:
    """Compiles role files against one catalogue; problems of a tolerated code are none."""

    def __init__(self, catalogue: Catalogue, tolerated: Collection[str] = ()) -> None:
        self._tolerated = tolerated
        self.vocabulary = Vocabulary(catalogue)
        self._shape = role_shape(catalogue)
        self._words = RoleWords(self.vocabulary)
        self._standard = {skeleton(role.name): role.name for role in catalogue.standard_roles}
        self._choices = ", ".join(
            f"{role.name} ({'can' if role.editable else 'cannot'} be edited)" for role in catalogue.standard_roles
        )

    def compile(self, path: str, key: RoleKey, raw: bytes) -> Statement:
        """Read one file; problems are part of the result, so that those of every file are told at once."""
        document = read_yaml(path, raw)
        fields = document.value if document.readable else None
        if not document.readable:
            return Statement(key=key, path=path, problems=tuple(document.problems))
        if not isinstance(fields, dict):
            check_shape(document, self._shape)
            return Statement(key=key, path=path, problems=tuple(document.problems))
        statement = _fields(document, key, fields)
        if statement.move_users_to is not None and not statement.retired:
            message = "`move_users_to` says where people go when a role is retired, and this one is not"
            fix = "Add `retired: true`, or remove the line"
            document.report(document.key_place(("move_users_to",)), "role.move-without-retired", message, fix)
        if not self._shape.accepts(fields):
            self._check_duplicates(document)
            explain_shape(document, self._shape, self._words.explain)
        self._check_names(document, statement, fields)
        rules = self._rules(document, fields.get("permissions"))
        return self._with(statement, rules, document)

    def _with(self, statement: Statement, rules: tuple[Rule, ...], document: Document) -> Statement:
        problems, tolerated = apart(document.problems, self._tolerated)
        return replace(statement, rules=rules, problems=tuple(problems), tolerated=tuple(tolerated))

    def _check_duplicates(self, document: Document) -> None:
        permissions = document.value.get("permissions") if isinstance(document.value, dict) else None
        for category, value in permissions.items() if isinstance(permissions, dict) else ():
            route: Route = ("permissions", category)
            inner = value.items() if isinstance(value, dict) and category in self.vocabulary.families else ()
            for at, found in ((route, value), *(((*route, member), said) for member, said in inner)):
                if isinstance(found, list):
                    items = [item if isinstance(item, str) else f"\0{index}" for index, item in enumerate(found)]
                    duplicates(document, at, items)

    def _check_names(self, document: Document, statement: Statement, fields: dict[str, Value]) -> None:
        for field in ("description", "owner"):
            text = fields.get(field)
            for found in space_problems(text) if isinstance(text, str) else ():
                document.report(document.value_place((field,)), *found)
        for index, earlier in enumerate(statement.previously):
            for found in space_problems(earlier):
                document.report(document.value_place(("previously", index)), *found)
        if not statement.name:
            return
        for found in name_problems(statement.name):
            document.report(document.value_place(("name",)), *found)
        self._check_standard(document, statement)

    def _check_standard(self, document: Document, statement: Statement) -> None:
        known = self._standard.get(skeleton(statement.name))
        place = document.value_place(("name",))
        if statement.standard and known != statement.name:
            message = f"{shown(statement.name)} is no standard role of the product; these are: {self._choices}"
            fix = suggestion(statement.name, self._standard.values(), "Remove `standard: true`")
            document.report(place, "role.standard-unknown", message, f"Write `{known}`" if known else fix)
        elif known and not statement.standard:
            message = f"{shown(statement.name)} is a standard role of the product; these are: {self._choices}"
            document.report(place, "role.standard-missing", message, "Add `standard: true`, or choose another name")

    def _rules(self, document: Document, permissions: Value) -> tuple[Rule, ...]:
        if not isinstance(permissions, dict):
            return ()
        stated = [said for key, value in permissions.items() for said in self._entry(document, key, value)]
        report_contradictions(document, stated, self.vocabulary.catalogue)
        return tuple(rule for _, rule in stated)

    def _entry(self, document: Document, word: str, value: Value) -> Iterator[tuple[Route, Rule]]:
        """Give what one word below `permissions` says: a rule for a category, one for each member for a family."""
        route: Route = ("permissions", word)
        members = self.vocabulary.families.get(word)
        if members is None:
            if word in self.vocabulary.toggles:
                yield route, self._rule(document, route, word, value)
        elif isinstance(value, dict):
            for member, said in value.items():
                if member in members:
                    yield (*route, member), self._rule(document, (*route, member), members[member], said)
        elif value == "none":
            yield from ((route, Rule(category, replaces=True, steps=())) for category in members.values())

    def _rule(self, document: Document, route: Route, category: str, value: Value) -> Rule:
        if isinstance(value, dict):
            return Rule(category, replaces=False, steps=self._toggles(document, route, category, value))
        toggles = self.vocabulary.toggles[category]
        if isinstance(value, list):
            steps = [
                Step(toggles[item], on=True, spot=document.spot((*route, index)), named=True)
                for index, item in enumerate(value)
                if isinstance(item, str) and item in toggles
            ]
            return Rule(category, replaces=True, steps=tuple(steps))
        if not isinstance(value, str):
            return Rule(category, replaces=True, steps=())
        selected = self.vocabulary.selections[category].get(value)
        named = selected is None and self.vocabulary.has_levels(category)
        permissions = toggles.get(value, ()) if named else selected or ()
        step = Step(permissions, on=True, spot=document.spot(route), named=named)
        return Rule(category, replaces=True, steps=(step,) if permissions else ())

    def _toggles(self, document: Document, route: Route, category: str, value: dict[str, Value]) -> tuple[Step, ...]:
        if self.vocabulary.has_levels(category):
            return ()
        steps = []
        for index, (word, state) in enumerate(value.items()):
            on = isinstance(state, (str, bool)) and state in _ON
            selects = word in SELECTIONS and on
            if selects:
                if index:
                    self._selection_late(document, route, category, word)
                selected = self.vocabulary.selections[category][word]
            else:
                selected = self.vocabulary.toggles[category].get(word, ())
            steps.append(Step(selected, on=on, spot=document.spot((*route, word)), named=not selects))
        return tuple(steps)

    def _selection_late(self, document: Document, route: Route, category: str, word: str) -> None:
        message = f"`{word}: on` ticks a whole part of `{category}` and would hide the lines above it"
        fix = f"Write `{word}: on` first, or list the permissions: `{category}: [{word}, …]`"
        if word not in self.vocabulary.toggles[category]:
            fix = f"Write `{word}: on` first"
        document.report(document.key_place((*route, word)), "role.selection-order", message, fix)


def apart(problems: Iterable[Problem], tolerated: Collection[str]) -> tuple[list[Problem], list[Problem]]:
    """Give problems that stand, and those that the settings let be."""
    found = list(problems)
    return [p for p in found if p.code not in tolerated], [p for p in found if p.code in tolerated]


def _fields(document: Document, key: RoleKey, fields: dict[str, Value]) -> Statement:
    """Take over every field that has the right type; the schema has reported the others."""

    def text(name: str) -> str | None:
        value = fields.get(name)
        return value if isinstance(value, str) and value else None

    previously = fields.get("previously")
    earlier = [name for name in previously if isinstance(name, str)] if isinstance(previously, list) else []
    places: dict[str, Place] = {name: document.key_place((name,)) for name in _FIELDS if name in fields}
    places |= {f"previously.{index}": document.value_place(("previously", index)) for index in range(len(earlier))}
    base, target = (text(name) if KEY.fullmatch(text(name) or "") else None for name in ("based_on", "move_users_to"))
    return Statement(
        key=key,
        path=document.path,
        name=text("name") or "",
        description=text("description") or "",
        based_on=RoleKey(base) if base else None,
        standard=fields.get("standard") is True,
        previously=tuple(earlier),
        retired=fields.get("retired") is True,
        move_users_to=RoleKey(target) if target else None,
        owner=text("owner"),
        places=places,
    )
