"""A plan as the clicks that carry it out by hand, for a tenant whose roles can only be changed in the product.

The steps stand in the order of the writes: roles first, then every move of people, then every deletion. People
are told by number and role, never by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from reconciler.core.naming import name_key
from reconciler.core.wording import people
from reconciler.model.change import Action
from reconciler.model.permission import Category, CategoryForm
from reconciler.model.plan import ACTIVE, PlannedChange
from reconciler.model.role import RoleContent
from reconciler.render.escape_markdown import code, prose
from reconciler.render.markdown import UNTRUSTED
from reconciler.render.view import ChangeView, PermissionView, PlanView, level_word
from reconciler.render.vocabulary import Vocabulary

_PLACE = "Settings → Roles & Permissions"
_SPELLED = r"`\u{3c}` and the like stand for the one character of that number."
_WRITING = 5_000
"""A description is to be typed, so it is shown in full; this is more than any file may say."""


def plan_checklist(shown: PlanView, vocabulary: Vocabulary) -> str:
    """Give the clicks of a plan as Markdown with boxes to tick, numbered by change."""
    return "".join(f"{told}\n" for told in _parts(shown, vocabulary))


def _parts(shown: PlanView, vocabulary: Vocabulary) -> Iterator[str]:
    yield f"# Checklist for {code(shown.plan.tenant.name)}: {shown.verdict}"
    yield ""
    yield f"{UNTRUSTED} {_SPELLED}"
    yield ""
    yield from _before(shown)
    if shown.plan.changes and not shown.plan.blocked:
        yield from _steps(shown, vocabulary)
    yield ""
    yield "Run `reconciler plan` again: finished steps disappear."


def _before(shown: PlanView) -> Iterator[str]:
    """Give what stops the work; with a block there are no steps."""
    stops = [f for f in shown.findings if level_word(f) in {"block", "confirm"}]
    if not shown.plan.changes and not stops:
        yield "There is nothing to click."
        return
    for finding in stops:
        about = f" {code(finding.role)}" if finding.role else ""
        yield f"- **{level_word(finding)}** {finding.guard}{about}: {prose(finding.message)}"
    if shown.plan.blocked:
        yield ""
        yield "**Do nothing by hand: a guard refuses this plan.**"
    elif stops:
        yield ""
        yield "**First have this agreed and confirmed; then go on.**"
    else:
        yield "Go from top to bottom: the order keeps administrators and everybody's access safe."


def _steps(shown: PlanView, vocabulary: Vocabulary) -> Iterator[str]:
    by_role = {change.change.role: change for change in shown.changes}
    ordered = [by_role[change.role] for change in shown.plan.changes]
    retired = [change for change in ordered if change.change.action is Action.RETIRE]
    aside = {name_key(_live_name(c.change)): c.change for c in ordered if c.change.temporary is not None}
    numbers = count(1)
    for change in ordered:
        if change.change.action is not Action.RETIRE:
            yield from _step_aside(numbers, aside.get(name_key(change.change.name)))
            yield from _head(next(numbers), change, str(change.change.action).capitalize())
            yield from _role(change, vocabulary)
    for change in retired:
        yield from _head(next(numbers), change, "Move everybody off")
        yield from _moves(change, vocabulary)
    for change in retired:
        kept = any(field.path == ACTIVE for field in change.change.fields)
        yield from _head(next(numbers), change, "Make inactive" if kept else "Delete")
        yield f"- [ ] Open **{_PLACE}** and open {code(change.change.name)}{'' if kept else '; its usage count is 0'}"
        yield f"- [ ] {'Make it inactive, and click **Save**' if kept else 'Click **Delete**'}"


def _step_aside(numbers: Iterator[int], change: PlannedChange | None) -> Iterator[str]:
    """Free the name that the next step takes, where the role that has it waits for a name of the same circle."""
    if change is None or change.temporary is None:
        return
    yield ""
    yield f"## {next(numbers)}. Free the name {code(_live_name(change))}"
    yield ""
    yield f"{code(change.role)}: the product allows each name once, so this role has another for a moment"
    yield ""
    yield f"- [ ] Open **{_PLACE}** and open {code(_live_name(change))}"
    yield f"- [ ] Set name to {code(change.temporary)} (now {code(_live_name(change))})"
    yield "- [ ] Click **Save**"


def _live_name(change: PlannedChange) -> str:
    """Give the name that the role of a change has in the product now."""
    return next((field.before for field in change.fields if field.path == "name"), change.name)


def _head(number: int, shown: ChangeView, verb: str) -> Iterator[str]:
    change = shown.change
    yield ""
    yield f"## {number}. {verb} {code(change.name)}"
    yield ""
    yield f"{code(change.role)}, {code(f'{change.file}:{change.line}')}: {shown.effect}"
    yield ""


def _role(shown: ChangeView, vocabulary: Vocabulary) -> Iterator[str]:
    change = shown.change
    declared = vocabulary.roles.get(change.role)
    content = None if declared is None else declared.content
    if change.action is Action.CREATE:
        yield f"- [ ] Open **{_PLACE}** and click **New role**"
        yield f"- [ ] Name: {code(change.name)}"
        if content is not None and content.description:
            yield f"- [ ] Description: {code(content.description, _WRITING)}"
    else:
        there = change.temporary or _live_name(change)
        yield f"- [ ] Open **{_PLACE}** and open {code(there)}"
        for field in change.fields:
            now = there if field.path == "name" else field.before
            yield f"- [ ] Set {field.path} to {code(field.after, _WRITING)} (now {code(now)})"
    yield from _toggles(shown, vocabulary, content)
    yield "- [ ] Click **Save**"


def _toggles(shown: ChangeView, vocabulary: Vocabulary, content: RoleContent | None) -> Iterator[str]:
    """Give a box for each permission, by category as the product lists them; what the lock does not know comes last."""
    rest = {permission.permission: permission for permission in shown.permissions}
    for category in vocabulary.catalogue.categories:
        known = [rest.pop(p.key) for p in category.permissions if p.key in rest]
        if not known:
            continue
        if category.form is CategoryForm.LEVELS and content is not None:
            words = vocabulary.catalogue.level(category, content.permissions)
            named = [p.name for p in category.permissions if p.short in words]
            chosen = " and ".join(code(name) for name in named) or "nothing"
            yield f"- [ ] {code(category.name)}: choose {chosen}{_why(known, vocabulary)}"
            continue
        yield f"- {code(category.name)}{_shortcut(category, known, content)}"
        for permission in known:
            yield f"  {_toggle(permission, vocabulary.catalogue.by_key[permission.permission].name)}"
    if rest:
        yield "- Not in the lock"
        for permission in rest.values():
            yield f"  {_toggle(permission, permission.permission)}"


def _shortcut(category: Category, known: list[PermissionView], content: RoleContent | None) -> str:
    """Name the button that grants a whole category where that is what is wanted."""
    keys = {p.key for p in category.permissions}
    everything = content is not None and keys <= content.permissions
    return ": **Select all in category** does these" if everything and len(known) > 1 else ""


def _why(known: list[PermissionView], vocabulary: Vocabulary) -> str:
    """Say what a level brings and takes that needs to be known at the click."""
    told = [_permission(p, vocabulary.catalogue.by_key[p.permission].name) for p in known]
    return f" ({'; '.join(f'{p.sign} {text}' for p, text in zip(known, told, strict=True))})"


def _toggle(permission: PermissionView, label: str) -> str:
    way = "turn **on**" if permission.sign == "+" else "turn **off**"
    return f"- [ ] {way} {_permission(permission, label)}"


def _moves(shown: ChangeView, vocabulary: Vocabulary) -> Iterator[str]:
    """Say where the holders of a retired role go, and what that means to them."""
    change = shown.change
    target = next((field.after for field in change.fields if field.path == "holders"), None)
    if target is None:
        yield f"- [ ] Open **{_PLACE}**: the usage count of {code(change.name)} is 0, suspended people too"
    else:
        yield (
            f"- [ ] Assign {code(target)} instead of {code(change.name)} to {people(change.holders)} who hold it, "
            "and to everybody else its usage count tells, such as suspended people; their other roles stay"
        )
    for permission in shown.permissions:
        known = vocabulary.catalogue.by_key.get(permission.permission)
        yield _told(permission, permission.permission if known is None else known.name)


def _told(permission: PermissionView, label: str) -> str:
    """Say what a move gives or takes; there is nothing to click for it."""
    verb = "they **get**" if permission.sign == "+" else "they **lose**"
    return f"- {verb} {_permission(permission, label)}"


def _permission(permission: PermissionView, label: str) -> str:
    about = ", **sensitive**" if permission.sensitive else ""
    effect = f": {permission.effect}" if permission.effect else ""
    return f"{code(label)} ({code(permission.permission)}{about}){effect}"
