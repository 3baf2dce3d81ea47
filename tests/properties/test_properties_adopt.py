"""Laws about adoption: what is written says what is live, once and for all, and loses no word of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from builders import ANYTHING_GOES, NOBODY, Silence, a_live_role, planned
from fakes.role_files import MemoryFiles
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st
from properties.handwriting import hand_written

from reconciler.core.naming import name_key
from reconciler.desired.form import Form, adjusting_form, whole_form
from reconciler.desired.language import load_desired_from
from reconciler.desired.slugs import free_key
from reconciler.model.adoption import Adoption
from reconciler.model.permission import (
    WHOLE,
    Catalogue,
    Category,
    CategoryForm,
    Permission,
    PermissionLevel,
    PermissionSet,
    StandardRole,
)
from reconciler.model.role import LiveRole, RoleKind
from reconciler.operations.adopt import Asked, adopt
from reconciler.operations.plan import Request

SHORTS = ("view", "all", "add", "edit", "null", "true", "1e3", "on", "view_all", "0")
"""Words that are permissions here and mean something else in the language, in YAML, or in both."""
UNKNOWN = ("labs.preview", "labs.# not: [yaml]\n", "\u202elabs")
STANDARD = (StandardRole(name="Owner", editable=False), StandardRole(name="Agent", editable=True))


CATEGORIES = (
    "tickets",
    "null",
    "notes",
    "on",
    *(f"groups/{name}" for name in ("Users", "on", "true", "a%2Eb: -", "7")),
)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Draw a lock whose words are as awkward as a lock may have them, with levels, families and implications."""
    categories = []
    keys: list[str] = []
    for category in draw(st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=6, unique=True)):
        permissions = []
        shorts = draw(st.lists(st.sampled_from(SHORTS), min_size=1, max_size=6, unique=True))
        for short in (*shorts, *([WHOLE] if draw(st.booleans()) else [])):
            key = f"{category}.{short}"
            known = st.lists(st.sampled_from(keys), max_size=2, unique=True) if keys else st.just([])
            needs, brings = draw(known)[:1], draw(st.just([]) | known)
            brings = [p.key for p in permissions] if short == WHOLE else brings
            level = draw(st.sampled_from(PermissionLevel))
            permission = Permission(
                key=key, name=key, level=level, requires=tuple(needs), implies=tuple(sorted(brings))
            )
            permissions.append(permission)
            keys.append(key)
        family = category.partition("/")[0] if "/" in category else None
        form = draw(st.sampled_from(CategoryForm))
        categories.append(
            Category(key=category, name=category, permissions=tuple(permissions), family=family, form=form)
        )
    return Catalogue(version=1, categories=tuple(categories), role_administration=keys[0], standard_roles=STANDARD)


ordinary = st.from_regex(r"[A-Z][a-z]{2,6}( [A-Z#:&-]?[a-z0-9]{1,5}){1,3}", fullmatch=True)
names = ordinary | st.sampled_from(("Test", "Owner", "Agent", "con", "Nul", "Tier l", "Tier 1", "Straße", "日本 語"))
odd = st.text(max_size=30) | st.sampled_from(
    ("yes", "a: b # c is text", "- no list here", "'quoted' \"twice\" \\n", "")
)


@st.composite
def live_roles(draw: st.DrawFn, catalogue: Catalogue, called: st.SearchStrategy[str]) -> tuple[LiveRole, ...]:
    """Draw roles with distinct names, as a tenant has them; most hold what their permissions need."""
    roles = []
    for name in draw(st.lists(called, max_size=6, unique_by=name_key)):
        grants = draw(st.frozensets(st.sampled_from(sorted(catalogue.keys)), max_size=8))
        if draw(st.integers(0, 5)):
            grants = closed(grants, catalogue)
        if draw(st.integers(0, 5)):
            grants = catalogue.closed(grants)
        grants |= draw(st.frozensets(st.sampled_from(UNKNOWN), max_size=2)) if draw(st.booleans()) else frozenset()
        standard = name in {"Owner", "Agent"} or draw(st.integers(0, 9)) == 0
        roles.append(
            a_live_role(
                name,
                id=f"rol_{len(roles)}",
                grants=grants,
                description=draw(ordinary.map(lambda text: f"{text}, in words") | odd),
                kind=RoleKind.STANDARD if standard else RoleKind.CUSTOM,
            )
        )
    return tuple(roles)


def closed(grants: Iterable[str], catalogue: Catalogue) -> PermissionSet:
    """Give permissions with all that they need."""
    found = set(grants)
    while more := {need for key in found for need in needs_of(catalogue.by_key[key])} - found:
        found |= more
    return frozenset(found)


def needs_of(permission: Permission) -> tuple[str, ...]:
    """Give what a role must have beside a permission, or has with it."""
    return (*permission.requires, *permission.implies)


def desk(catalogue: Catalogue, roles: Iterable[LiveRole]) -> FakeTenant:
    """Give a tenant with these roles."""
    return FakeTenant(catalogue=catalogue, roles=roles, account=NOBODY)


def adopted(files: MemoryFiles, tenant: FakeTenant, *, build_on: bool = False) -> Adoption:
    """Adopt everything that can be."""
    return adopt(Asked(everything=True, build_on=build_on), files, tenant, Silence())


@given(st.data(), catalogues(), st.booleans())
def test_adoption_leaves_nothing_to_plan(data: st.DataObject, catalogue: Catalogue, build_on: bool) -> None:
    """For any tenant, what was adopted is what is live; what was not is unmanaged; a second time changes no byte."""
    roles = data.draw(live_roles(catalogue, names | odd))
    tenant, files = desk(catalogue, roles), MemoryFiles(catalogue)

    adoption = adopted(files, tenant, build_on=build_on)

    plan = planned(Request(desired=files.desired, settings=ANYTHING_GOES), tenant).plan
    assert plan.changes == ()
    assert sorted(plan.unmanaged) == sorted(refusal.live.content.name for refusal in adoption.refusals)
    assert len(roles) == len(adoption.drafts) + len(adoption.refusals)
    assert all(refusal.reasons for refusal in adoption.refusals)
    texts = dict(files.texts)
    again = adopted(files, tenant, build_on=build_on)
    assert texts == files.texts
    assert {r.live.id for r in again.refusals} == {r.live.id for r in adoption.refusals}
    assert tenant.writes == []


@given(st.data(), catalogues(), st.booleans())
def test_adoption_follows_what_moved_since(data: st.DataObject, catalogue: Catalogue, build_on: bool) -> None:
    """Roles that were adopted and changed in the product are adopted again, whatever form their files have."""
    roles = data.draw(live_roles(catalogue, names))
    tenant, files = desk(catalogue, roles), MemoryFiles(catalogue)
    first = adopted(files, tenant, build_on=build_on)
    managed = [draft.subject.live for draft in first.drafts]
    for live in managed:
        grants = data.draw(st.frozensets(st.sampled_from(sorted(catalogue.keys)), max_size=8))
        some = data.draw(st.frozensets(st.sampled_from(sorted(catalogue.keys)), max_size=2))
        turned = data.draw(st.sampled_from((grants, live.content.permissions ^ some)))
        permissions = closed(turned & catalogue.keys, catalogue) | (turned - catalogue.keys)
        tenant.edit_by_hand(live.id, replace(live.content, permissions=permissions))

    again = adopted(files, tenant, build_on=build_on)

    assert {r.live.id for r in again.refusals} == {r.live.id for r in first.refusals}
    plan = planned(Request(desired=files.desired, settings=ANYTHING_GOES), tenant).plan
    assert plan.changes == ()
    assert len(again.drafts) == len(managed)


@given(st.data(), catalogues())
def test_adoption_does_not_depend_on_order(data: st.DataObject, catalogue: Catalogue) -> None:
    """The same roles give the same files in whatever order the tenant lists them."""
    roles = data.draw(live_roles(catalogue, names))
    first, second = MemoryFiles(catalogue), MemoryFiles(catalogue)

    adopted(first, desk(catalogue, roles))
    adopted(second, desk(catalogue, tuple(reversed(roles))))

    assert first.texts == second.texts


PLAIN = Catalogue(
    version=1,
    categories=tuple(
        Category(
            key=category,
            name=category,
            permissions=tuple(
                Permission(key=f"{category}.{short}", name=short, level=PermissionLevel(level))
                for short, level in (
                    ("view", "view"),
                    ("view_all", "view"),
                    ("add", "act"),
                    ("edit", "act"),
                    ("go", "act"),
                )
            ),
        )
        for category in ("tickets", "notes", "teams")
    ),
    role_administration="teams.go",
)
NAMES = {"alpha": "Alpha Desk", "beta": "Beta Desk", "gamma": "Gamma Desk"}
EARLIER = {"beta": ["Old Beta", "Older Beta"], "gamma": ["Old Gamma"]}


@given(st.data(), hand_written(PLAIN, NAMES, EARLIER))
def test_adoption_keeps_every_comment_and_every_equal_file(
    data: st.DataObject, written: tuple[dict[str, bytes], dict[str, list[str]]]
) -> None:
    """Files written by hand say what is live afterwards, with every comment; equal ones are not touched."""
    texts, comments = written
    before = {role.key: role.content for role in load_desired_from(texts.items(), PLAIN).roles}
    roles = []
    for key, content in before.items():
        equal = data.draw(st.booleans())
        name = data.draw(st.sampled_from((content.name, content.name.upper(), *EARLIER.get(key, ()))))
        grants = data.draw(st.frozensets(st.sampled_from(sorted(PLAIN.keys)), max_size=9))
        some = data.draw(st.sampled_from(sorted(PLAIN.keys)))
        grants = data.draw(st.sampled_from((grants, content.permissions ^ {some})))
        description = data.draw(st.sampled_from((content.description, "Something: new # and 'odd' text")))
        role = (
            a_live_role(content.name, id=key, grants=content.permissions, description=content.description)
            if equal
            else a_live_role(name, id=key, grants=grants, description=description)
        )
        roles.append(role)
    files, tenant = MemoryFiles(PLAIN, texts), desk(PLAIN, roles)

    adoption = adopted(files, tenant)

    assert adoption.refusals == ()
    after = {role.key: role.content for role in files.desired.roles}
    assert after == {role.id: role.content for role in roles}
    for path, kept in comments.items():
        text = files.texts[path].decode("utf-8")
        assert [] == [comment for comment in kept if text.count(comment) != 1]
    bases = {role.key: role.based_on for role in files.desired.roles}
    for role in roles:
        if role.content == before[role.id] and bases[role.id] is None:
            assert files.texts[f"roles/{role.id}.yaml"] == texts[f"roles/{role.id}.yaml"]
    texts = dict(files.texts)
    adopted(files, tenant)
    assert texts == files.texts


def says(catalogue: Catalogue, *entries: str, base: str = "") -> PermissionSet:
    """Expand the entries of categories, in a role that stands alone or has a base with these entries."""
    head = "name: Night Desk\ndescription: For the night alone\n"
    documents = [("roles/it.yaml", head + "based_on: base\npermissions:\n" + "\n".join(entries) + "\n")]
    documents.append(("roles/base.yaml", "name: Day Desk\ndescription: For the day alone\npermissions:\n" + base))
    state = load_desired_from([(path, text.encode()) for path, text in documents], catalogue)
    return next(role.content.permissions for role in state.roles if role.key == "it")


def without_needs(catalogue: Catalogue) -> Catalogue:
    """Give the catalogue with permissions that need nothing, so that any set can be said."""
    categories = tuple(
        Category(
            key=c.key,
            name=c.name,
            permissions=tuple(replace(p, requires=()) for p in c.permissions),
            family=c.family,
            form=c.form,
        )
        for c in catalogue.categories
    )
    return Catalogue(version=1, categories=categories, role_administration=catalogue.role_administration)


@given(st.data(), catalogues().map(without_needs))
def test_shortest_form_means_exactly_the_set(data: st.DataObject, catalogue: Catalogue) -> None:
    """Whatever the words of the catalogue, a form expands to its set, alone and on top of any base."""
    sets = st.frozensets(st.sampled_from(sorted(catalogue.keys))).map(catalogue.closed)
    wanted, inherited = data.draw(sets), data.draw(sets)

    base = entries({c.key: whole_form(c, inherited) for c in catalogue.categories}, catalogue)
    adjusting = {c.key: adjusting_form(c, wanted, inherited) for c in catalogue.categories}

    none = entries({c.key: Form("", ("none",)) for c in catalogue.categories}, catalogue)
    whole = {c.key: whole_form(c, wanted) for c in catalogue.categories}
    assert wanted == says(catalogue, *entries(whole, catalogue), base="\n".join(none))
    assert wanted == says(catalogue, *(entries(adjusting, catalogue) or ["  {}"]), base="\n".join(base))
    for category in catalogue.categories:
        keys, adjusted = {p.key for p in category.permissions}, adjusting[category.key]
        assert (adjusted is None) == (wanted & keys == inherited & keys)
        if adjusted is not None:
            assert len(adjusted.flow) <= len(whole_form(category, wanted, replaces=True).flow)


def entries(forms: Mapping[str, Form | None], catalogue: Catalogue) -> list[str]:
    """Write what is said of each category, those of a family below it."""
    lines: list[str] = []
    inner: list[str] = []
    for category in catalogue.categories:
        form = forms[category.key]
        if form is not None and category.family is None:
            lines += form.lines(category.key, "  ")
        elif form is not None:
            inner += form.member_lines(category.member, "    ")
    return [*lines, "  groups:", *inner] if inner else lines


@given(st.lists(names | odd, max_size=8))
def test_keys_are_free_and_name_files_on_every_system(some: list[str]) -> None:
    """Every name gets a key of its own that the loader takes."""
    taken: set[str] = set()
    for name in some:
        key = free_key(name, taken)
        assert key not in taken
        taken.add(key)
    text = "name: Desk {}\ndescription: For the night alone\npermissions: {{}}\n"
    files = [(f"roles/{key}.yaml", text.format("x" * n).encode()) for n, key in enumerate(sorted(taken), 1)]
    assert taken == {role.key for role in load_desired_from(files, PLAIN).roles}
