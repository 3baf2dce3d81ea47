"""Translates the `configuration` of a Zendesk role into permissions and back; only what differs is sent back.

Sources: see `reconciler.tenants.zendesk_table`. A PUT merges the keys that it carries, so every other key stays.
Whether the two nested objects merge or are replaced is not documented: they are sent whole when anything in them
changes, and a custom object that loses all its scopes is sent with none.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.member import member_name
from reconciler.model.permission import PermissionSet
from reconciler.tenants import zendesk_table as table
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.zendesk_vocabulary import Vocabulary, category_of, is_key, short_of

Groups = dict[str, frozenset[str]]
"""Permissions by the configuration key that they are about."""


class UnsayableError(ValueError):
    """A set of permissions that no configuration can say; the text is a sentence with the way out."""


def granted(configuration: Part, vocabulary: Vocabulary) -> PermissionSet:
    """Read a configuration: what it permits, and which keys it leaves out though the account has them; not closed.

    Raises `TenantAnswerUnusable` where a known key has a value of another type than documented.
    """
    found: set[str] = set()
    stated = set()
    for key, part in sorted(configuration.entries().items()):
        if key in table.READ_ONLY or part.value is None:
            continue
        stated.add(key)
        found |= _granted(key, part, vocabulary)
    found |= {f"{table.UNSTATED}.{key}" for key in vocabulary.stated - stated - {table.OBJECTS, table.REPORTS}}
    return frozenset(found)


def _granted(key: str, part: Part, vocabulary: Vocabulary) -> set[str]:
    if key in table.FLAG_CATEGORY:
        return {f"{table.FLAG_CATEGORY[key]}.{key}"} if part.flag() else set()
    if key in table.SCALE:
        scale = table.SCALE[key]
        return _word(part, key, {word.word for word in scale.words}, vocabulary, nothing=scale.nothing)
    if key == table.OBJECTS:
        return {k for name, item in part.entries().items() for k in _scopes(name, item, vocabulary)}
    if key == table.REPORTS:
        return {k for name, item in part.entries().items() for k in _report(name, item, vocabulary)}
    if not is_key(key):
        raise part.unusable("a permission, as its key is no plain word or one that role files use otherwise")
    if isinstance(part.value, bool):
        vocabulary.flags.add(key)
        return {f"{table.MORE}.{key}"} if part.value else set()
    return {vocabulary.unknown(part, key)}


def _word(part: Part, category: str, known: set[str], vocabulary: Vocabulary, *, nothing: bool) -> set[str]:
    word = part.text()
    if nothing and word == "none":
        return set()
    return {f"{category}.{word}"} if word in known else {vocabulary.unknown(part, category)}


def _scopes(name: str, part: Part, vocabulary: Vocabulary) -> set[str]:
    category = category_of(table.OBJECTS, name)
    scopes = set(part.at("scopes").texts())
    if not name or any(short_of(scope) != scope for scope in scopes):
        raise part.unusable("the scopes of a custom object")
    vocabulary.members.setdefault(category, set()).update(scopes)
    return {f"{category}.{scope}" for scope in scopes}


def _report(name: str, part: Part, vocabulary: Vocabulary) -> set[str]:
    if part.value is None or not name:
        return set()
    category = category_of(table.REPORTS, name)
    if name in table.REPORT_SCALES:
        what = table.REPORT_SCALES[name][1]
        return _word(part, category, {"all", f"within-{what}", f"selected-{what}"}, vocabulary, nothing=False)
    if name in table.REPORT_LISTS:
        listed = set(part.texts())
        if any(short_of(item) != item for item in listed):
            raise part.unusable("a list of ids")
        vocabulary.members.setdefault(category, set()).update(listed)
        return {f"{category}.{item}" for item in listed}
    if isinstance(part.value, bool):
        vocabulary.report_flags.add(name)
        if not part.value:
            return set()
    return {vocabulary.unknown(part, category)}


def grouped(permissions: PermissionSet) -> Groups:
    """Sort permissions by the configuration key that they are about."""
    groups: dict[str, set[str]] = {}
    for permission in permissions:
        category, _, short = permission.partition(".")
        head = category.partition("/")[0]
        groups.setdefault(short if head in table.CATEGORIES else head, set()).add(permission)
    return {key: frozenset(group) for key, group in groups.items()}


def changes(
    before: PermissionSet | None, after: PermissionSet, raw: Mapping[str, Json], vocabulary: Vocabulary
) -> tuple[dict[str, Json], tuple[str, ...]]:
    """Give the configuration keys to send so that a role with `before` has `after`, and why others cannot be sent.

    `raw` is the configuration as it is now. None for `before` makes a new role: every key is sent that the roles of the
    account state, as it is not documented what leaving one out would mean.
    """
    old, new = grouped(before or frozenset()), grouped(after)
    stated = vocabulary.stated - {table.OBJECTS, table.REPORTS} if before is None else frozenset()
    found: dict[str, Json] = {}
    told: list[str] = []
    for key in sorted({*old, *new, *stated}):
        was, wanted = old.get(key, frozenset()), new.get(key, frozenset())
        if was == wanted and before is not None:
            continue
        try:
            if f"{table.UNSTATED}.{key}" in wanted:
                _require_left_out(key, was, wanted, new=before is None)
            else:
                found[key] = _value(key, was, wanted, raw.get(key), vocabulary)
        except UnsayableError as problem:
            told.append(str(problem))
    return found, tuple(told)


def _require_left_out(key: str, was: frozenset[str], wanted: frozenset[str], *, new: bool) -> None:
    if len(wanted) > 1:
        raise UnsayableError(f"`{key}` cannot be left out and have a value: take it out of `{table.UNSTATED}`.")
    if not new and not wanted <= was:
        raise UnsayableError(
            f"`{key}` has a value in Zendesk, which cannot be taken back: take it out of `{table.UNSTATED}` and write "
            "the value."
        )


def _value(key: str, was: frozenset[str], wanted: frozenset[str], raw: Json, vocabulary: Vocabulary) -> Json:
    if key in table.FLAG_CATEGORY:
        return bool(wanted)
    if key == table.OBJECTS:
        return _objects(was, wanted, raw)
    if key == table.REPORTS:
        return _reports(was, wanted, raw, vocabulary)
    if key in vocabulary.flags and all(permission.startswith(f"{table.MORE}.") for permission in wanted):
        return bool(wanted)
    scale = table.SCALE.get(key)
    return _said(key, wanted, vocabulary, nothing=scale is not None and scale.nothing)


def _said(category: str, wanted: frozenset[str], vocabulary: Vocabulary, *, nothing: bool) -> Json:
    """Give the one value whose permission implies all the others."""
    if not wanted and nothing:
        return "none"
    highest = vocabulary.catalogue().maxima(wanted)
    if len(highest) != 1:
        said = "one value alone" if wanted else "one of its values, as it has none below them"
        raise UnsayableError(f"`{category}` must have {said} in Zendesk: write the word for what the role is to have.")
    (permission,) = highest
    if permission == "manage_roles.all":
        raise UnsayableError(
            "`manage_roles: all` belongs to the product's own roles and is not written: write `all-except-self`."
        )
    return vocabulary.values.get(permission, permission.rpartition(".")[2])


def _objects(was: frozenset[str], wanted: frozenset[str], raw: Json) -> Json:
    kept = raw if isinstance(raw, dict) else {}
    names = {*kept, *_by_member(was)}
    scopes = {**{name: frozenset[str]() for name in names}, **_by_member(wanted)}
    return {name: {**_fields(kept.get(name)), "scopes": [*sorted(_shorts(scopes[name]))]} for name in sorted(scopes)}


def _reports(was: frozenset[str], wanted: frozenset[str], raw: Json, vocabulary: Vocabulary) -> Json:
    groups = _by_member(wanted)
    value: dict[str, Json] = {**_fields(raw)}
    for name in sorted({*value, *_by_member(was), *groups}):
        group = groups.get(name, frozenset())
        if name in table.REPORT_LISTS:
            value[name] = [*sorted(_shorts(group))]
        elif name in vocabulary.report_flags and all(vocabulary.values.get(key) is True for key in group):
            value[name] = bool(group)
        elif value.get(name) is not None or group or name in _by_member(was):
            value[name] = _said(category_of(table.REPORTS, name), group, vocabulary, nothing=False)
    return value


def _by_member(permissions: frozenset[str]) -> dict[str, frozenset[str]]:
    """Sort the permissions of a family by the name of its member."""
    found: dict[str, set[str]] = {}
    for permission in permissions:
        name = member_name(permission.rpartition(".")[0].partition("/")[2])
        found.setdefault(name, set()).add(permission)
    return {name: frozenset(group) for name, group in found.items()}


def _shorts(permissions: frozenset[str]) -> set[str]:
    return {permission.rpartition(".")[2] for permission in permissions}


def _fields(raw: Json) -> dict[str, Json]:
    return raw if isinstance(raw, dict) else {}
