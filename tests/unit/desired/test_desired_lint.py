"""Advice on role files that are in order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.codes import CODES
from reconciler.desired.language import Reading, read_desired
from reconciler.desired.lint.levels import REFUSING, UNHELD_ROLE, LintLevel
from reconciler.desired.lint.names import distance
from reconciler.desired.lint.run import RULES, lint, refused, rule_of
from reconciler.desired.lint.subject import Subject
from reconciler.desired.scaffold_text import DESCRIPTION
from reconciler.desired.settings import parse_settings
from reconciler.desired.shape import shipped_shape
from reconciler.errors import Problem, SettingsRejected, Severity

ROOT = Path(__file__).resolve().parents[3]
LOCK = load_catalogue(ROOT)
NONE = dict.fromkeys(LOCK.by_category, "none")
GOOD = "Answers what customers ask about the weather"


def a_file(
    name: str,
    permissions: Mapping[str, str] | None = None,
    *,
    description: str = GOOD,
    more: str = "",
    whole: bool = True,
) -> str:
    """Give the text of a role file; with `whole`, every category is written out."""
    chosen = {**(NONE if whole else {}), **(permissions or {})}
    lines = "".join(f"  {category}: {value}\n" for category, value in chosen.items()) or "  notes: none\n"
    return f"name: {name}\ndescription: {description}\n{more}permissions:\n{lines}"


def read(folder: Path, files: Mapping[str, str]) -> Reading:
    """Read files that must be in order."""
    (folder / "roles").mkdir(exist_ok=True)
    for key, text in files.items():
        (folder / "roles" / f"{key}.yaml").write_text(text, encoding="utf-8")
    reading = read_desired(folder, "roles", LOCK)
    assert reading.problems == ()
    return reading


def only(rule: str) -> Mapping[str, LintLevel]:
    """Give settings that leave one rule on."""
    return {rule_of(code): LintLevel.OFF for code in RULES} | {rule: LintLevel.WARN}


def quoted(text: str) -> list[str]:
    """Give what a sentence has between backticks."""
    return re.findall("`([^`]+)`", text)


def found(folder: Path, rule: str, **files: str) -> list[tuple[str, int, str]]:
    """Give path, line and message of what one rule finds; `_` in a name stands for a dash."""
    problems = lint(read(folder, {key.replace("_", "-"): text for key, text in files.items()}), only(rule))
    assert {rule} >= {rule_of(problem.code) for problem in problems}
    return [(problem.path, problem.line, problem.message) for problem in problems]


def names(folder: Path, rule: str, *roles: str) -> int:
    """Count what a rule finds in files of these texts."""
    return len(found(folder, rule, **{f"role{number}": text for number, text in enumerate(roles)}))


def test_roles_of_this_repository_are_clean() -> None:
    """We take our own advice, every rule on."""
    assert lint(read_desired(ROOT, "roles", LOCK), {}) == ()


@pytest.mark.parametrize(
    "name", ["Refunds (read-only)", "Contacts View Only", "Ticket Viewer", "Night Observer", "Floor Readers"]
)
def test_name_that_promises_only_reading_is_held_to_it(tmp_path: Path, name: str) -> None:
    """Whoever is told that a role only reads is warned of what it changes."""
    ((path, line, message),) = found(tmp_path, "misleading-name", it=a_file(f'"{name}"', {"contacts": "[view, edit]"}))

    assert (path, line) == ("roles/it.yaml", 1)
    assert message == f'"{name}" sounds as if it only reads, and it can change things: contacts.edit'


@pytest.mark.parametrize("name", ["Ticket Viewer", "Proofreader", "Views Owner Desk"])
def test_name_that_keeps_its_promise_is_left_alone(tmp_path: Path, name: str) -> None:
    """Reading under a name that reads is fine, and a word inside another word promises nothing."""
    permissions = {"contacts": "view"} if name == "Ticket Viewer" else {"contacts": "all"}

    assert names(tmp_path, "misleading-name", a_file(name, permissions)) == 0


def test_administrator_without_anything_to_administer_is_told(tmp_path: Path) -> None:
    """A name with admin or manager is held to one permission of level manage."""
    files = {
        "desk": a_file("Desk Admin", {"contacts": "[view, edit]"}),
        "team": a_file("Account Manager", {"teams": "[view, edit]"}),
    }

    ((path, _, message),) = found(tmp_path, "misleading-name", **files)

    assert path == "roles/desk.yaml"
    assert "sounds as if it administers something" in message


def test_standard_role_is_not_advised_to_take_another_name(tmp_path: Path) -> None:
    """The product keeps the names of its roles, so what can be done is to switch things off."""
    text = a_file("Reader", {"contacts": "[view, edit]"}, more="standard: true\n")

    (problem,) = lint(read(tmp_path, {"reader": text}), {})

    assert problem.code == "lint.misleading-name"
    assert problem.fix == "Switch them off"


@pytest.mark.parametrize(
    "name",
    [
        *("Agents", "The Agent Role", "Agent 2", "Support Agent", "agents_", "Agent-1"),
        *("Team Leader", "Teamlead", "Team Leads", "Analytic", "Owners", "Readers", "Reeader"),
    ],
)
def test_name_near_a_standard_roles_is_told(tmp_path: Path, name: str) -> None:
    """Plurals, numbers, words that say nothing and a slip of the pen do not tell two roles apart."""
    ((_, _, message),) = found(tmp_path, "near-standard-name", it=a_file(name))

    assert "is easily taken for the standard role" in message


@pytest.mark.parametrize(
    "name", ["Billing Agent", "Night Team", "Regent", "Quality Reviewer", "Role of Staff 2", "Led"]
)
def test_name_that_says_what_is_different_is_left_alone(tmp_path: Path, name: str) -> None:
    """A word of its own makes a name a name of its own."""
    assert names(tmp_path, "near-standard-name", a_file(name)) == 0


def test_role_based_on_a_standard_one_may_say_so(tmp_path: Path) -> None:
    """A copy of a standard role may be called after it, however long the chain."""
    files = {
        "agent": a_file("Agent", more="standard: true\n"),
        "one": a_file("Agent 1", more="based_on: agent\n"),
        "two": a_file("Agent 2", more="based_on: one\n"),
    }

    assert found(tmp_path, "near-standard-name", **files) == []


@pytest.mark.parametrize(
    ("one", "other", "apart"), [("lead", "lead", 0), ("lead", "leader", 2), ("", "abc", 3), ("agent", "agnet", 2)]
)
def test_distance_counts_letters(one: str, other: str, apart: int) -> None:
    """Inserting, removing and replacing cost one each, in both directions."""
    assert (distance(one, other), distance(other, one)) == (apart, apart)


@pytest.mark.parametrize(
    ("description", "what"),
    [
        ("The quality reviewers", "only repeats the name"),
        ("Role for a quality review", "only repeats the name"),
        ("Quality reviewer of the desk", "has hardly a word of its own"),
        ("Who is in this for it", "has hardly a word of its own"),
    ],
)
def test_description_that_says_nothing_new_is_told(tmp_path: Path, description: str, what: str) -> None:
    """A description is there for what the name does not say."""
    ((_, line, message),) = found(tmp_path, "thin-description", it=a_file("Quality Reviewer", description=description))

    assert line == 2
    assert message == f'The description of "Quality Reviewer" {what}'


@pytest.mark.parametrize(
    "description",
    ["Frontline conversation handling", "会話を読み、社内メモを残す担当者", "Liest Gespräche und notiert Fehler"],
)
def test_description_in_any_language_is_heard(tmp_path: Path, description: str) -> None:
    """Three words of its own are enough, and where words have no spaces between them nothing is counted."""
    assert names(tmp_path, "thin-description", a_file("Quality Reviewer", description=description)) == 0


def test_sensitive_permission_wants_an_owner(tmp_path: Path) -> None:
    """A team must answer for what is sensitive; the product answers for its own roles."""
    files = {
        "loose": a_file("Figures", {"analytics": "[view_dashboards, export]"}),
        "owned": a_file("Exports", {"analytics": "[view_dashboards, export]"}, more="owner: Finance\n"),
        "plain": a_file("Dashboards", {"analytics": "[view_dashboards]"}),
        "lead": a_file("Team Lead", {"analytics": "[view_dashboards, export]"}, more="standard: true\n"),
    }

    ((path, _, message),) = found(tmp_path, "sensitive-without-owner", **files)

    assert path == "roles/loose.yaml"
    assert message == '"Figures" grants analytics.export, and no team answers for it'


def test_categories_left_out_are_named_where_they_belong(tmp_path: Path) -> None:
    """A role from scratch speaks on every category; one with a base says only what differs."""
    some = {category: "none" for category in LOCK.by_category if category not in {"users", "modules"}}
    files = {
        "short": a_file("Short Shift", some, whole=False),
        "based": a_file("Long Shift", {"notes": "view"}, whole=False, more="based_on: short\n"),
        "whole": a_file("Day Shift"),
    }

    ((path, line, message),) = found(tmp_path, "categories-left-out", **files)

    assert (path, line) == ("roles/short.yaml", 3)
    assert message == '"Short Shift" says nothing on `users`, `modules`, which means `none`'


def test_equal_permissions_are_told_at_all_but_the_first(tmp_path: Path) -> None:
    """The standard role comes first, then the order of keys; a base that is another role is no excuse."""
    files = {
        "z": a_file("Night Desk", {"conversations": "[view]", "teams": "view"}),
        "a": a_file("Inbox Desk", {"conversations": "[view]"}),
        "b": a_file("Phone Desk", {"teams": "none"}, more="based_on: z\n", whole=False),
        "x": a_file("Reader", {"conversations": "[view]"}, more="standard: true\n"),
        "y": a_file("Analytics", {"conversations": "[view]"}, more="standard: true\n"),
    }

    told = found(tmp_path, "equal-permissions", **files)

    assert [(path, message) for path, _, message in told] == [
        ("roles/a.yaml", '"Inbox Desk" has exactly the permissions of "Reader" (roles/x.yaml)'),
        ("roles/b.yaml", '"Phone Desk" has exactly the permissions of "Reader" (roles/x.yaml)'),
    ]


def test_role_based_on_an_equal_one_is_equal_on_purpose(tmp_path: Path) -> None:
    """Of roles that build on one another one is told for all of them, and none beside its own base."""
    files = {
        "a": a_file("Inbox Desk", {"teams": "view"}),
        "b": a_file("Phone Desk", more="based_on: a\n", whole=False),
        "c": a_file("Front Desk", more="based_on: b\n", whole=False),
        "d": a_file("Night Desk", {"teams": "view"}),
        "e": a_file("Spare Desk", more="based_on: d\n", whole=False),
    }

    told = found(tmp_path, "equal-permissions", **files)

    assert [message for _, _, message in told] == [
        '"Night Desk" has exactly the permissions of "Inbox Desk" (roles/a.yaml)'
    ]


def test_drafts_are_no_doubles(tmp_path: Path) -> None:
    """Roles that grant nothing yet, and copies with the example of `new` unticked, are still to be written."""
    same = {"conversations": BIG, "analytics": "[view_dashboards]"}
    files = {
        "a": a_file("Inbox Desk"),
        "b": a_file("Phone Desk"),
        "c": a_file("Night Desk", same),
        "d": a_file("Front Desk", same, description=DESCRIPTION),
        "e": a_file("Spare Desk", {"conversations": BIG}, description=DESCRIPTION),
        "f": a_file("Desk Manager"),
    }

    assert lint(read(tmp_path, files), {}) == ()


def test_errors_that_files_bring_are_told_from_those_there(tmp_path: Path) -> None:
    """What is to be written is judged by what is wrong because of it, and warnings stop nothing."""
    first = {"a": a_file("Agents")}
    levels = {"near-standard-name": LintLevel.ERROR, "thin-description": LintLevel.WARN}
    there = read(tmp_path, first)
    then = read(tmp_path, {**first, "b": a_file("Readers", description="Readers of it")})

    assert [(p.path, p.code) for p in refused(there, then, levels)] == [("roles/b.yaml", "lint.near-standard-name")]
    assert refused(then, then, levels) == ()


@pytest.mark.parametrize("way", ["retired", "based"])
def test_advice_on_equal_roles_ends_the_warning(tmp_path: Path, way: str) -> None:
    """Either of the two ways out, written as it is said, leaves files in order and nothing more to tell."""
    files = {
        "a": a_file("Inbox Desk", {"conversations": BIG, "analytics": "[view_dashboards]"}),
        "b": a_file("Phone Desk", {"conversations": BIG, "analytics": "{view_dashboards: on, export: off}"}),
    }
    (told,) = lint(read(tmp_path, files), only("equal-permissions"))
    retired, target, base = quoted(told.fix)

    files["b"] = {"retired": f"{retired}\n{target}\n", "based": f"{base}\n"}[way] + files["b"]

    assert lint(read(tmp_path, files), only("equal-permissions")) == ()


BIG = "[view, reply, assign, close_reopen, tag, forward]"


def test_role_inside_another_is_told_with_what_is_missing(tmp_path: Path) -> None:
    """The nearest role around it is named, once."""
    files = {
        "inner": a_file("Inbox Desk", {"conversations": BIG}),
        "outer": a_file("Phone Desk", {"conversations": BIG, "teams": "view"}),
        "whole": a_file("Front Desk", {"conversations": BIG, "teams": "view", "contacts": "view"}),
    }

    told = found(tmp_path, "contained-role", **files)

    assert [message for _, _, message in told] == [
        '"Inbox Desk" is "Phone Desk" (roles/outer.yaml) without teams.view',
        '"Phone Desk" is "Front Desk" (roles/whole.yaml) without contacts.view',
    ]


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ({"conversations": BIG}, {"conversations": BIG, "teams": "view", "contacts": "[view]"}),
        ({"conversations": BIG}, {"conversations": BIG.replace("tag", "tag, bulk_tag"), "notes": "[view, add]"}),
    ],
    ids=["whole categories", "parts of one"],
)
def test_advice_on_a_contained_role_ends_the_warning_and_changes_nothing_else(
    tmp_path: Path, mine: Mapping[str, str], other: Mapping[str, str]
) -> None:
    """What the advice says to write means what the role meant before, and says that it is meant."""
    files = {"inner": a_file("Inbox Desk", mine), "outer": a_file("Phone Desk", other)}
    before = read(tmp_path, files)
    (told,) = lint(before, only("contained-role"))
    base, _, *entries = quoted(told.fix)

    permissions = "".join(f"  {entry}\n" for entry in entries)
    files["inner"] = f"name: Inbox Desk\ndescription: {GOOD}\n{base}\npermissions:\n{permissions}"
    after = read(tmp_path, files)

    assert lint(after, only("contained-role")) == ()
    assert [role.content for role in after.desired.roles] == [role.content for role in before.desired.roles]


def test_role_around_a_standard_one_is_told_itself(tmp_path: Path) -> None:
    """The product's own role is nobody's copy: whoever adds to it without saying so is told, each one."""
    files = {
        "agent": a_file("Agent", {"conversations": BIG}, more="standard: true\n"),
        "one": a_file("Phone Desk", {"conversations": BIG, "teams": "view"}),
        "two": a_file("Front Desk", {"conversations": BIG, "contacts": "view"}),
        "lead": a_file("Team Lead", {"conversations": BIG, "users": "view"}, more="standard: true\n"),
    }

    assert [message for _, _, message in found(tmp_path, "contained-role", **files)] == [
        '"Phone Desk" is "Agent" (roles/agent.yaml) and teams.view',
        '"Front Desk" is "Agent" (roles/agent.yaml) and contacts.view',
    ]


def test_advice_on_a_role_around_another_is_what_it_adds(tmp_path: Path) -> None:
    """A role that has more is written on top of the one that has less."""
    files = {
        "agent": a_file("Agent", {"conversations": BIG}, more="standard: true\n"),
        "one": a_file("Phone Desk", {"conversations": BIG, "teams": "view"}),
    }

    (told,) = lint(read(tmp_path, files), only("contained-role"))

    assert told.fix == "Say so: write `based_on: agent` and, below `permissions`, only `teams: view`"


@pytest.mark.parametrize(
    ("inner", "outer", "more_inner", "more_outer"),
    [
        pytest.param({"contacts": "view"}, {"contacts": "view", "teams": "view"}, "", "", id="hardly anything shared"),
        pytest.param(
            {"conversations": BIG}, {"conversations": BIG, "notes": "[view]", "users": "[view, invite, edit]"}, "", "",
            id="too far apart",
        ),
        pytest.param(
            {"conversations": BIG}, {"conversations": BIG, "teams": "view"}, "based_on: outer\n", "", id="base"
        ),
        pytest.param(
            {"conversations": BIG}, {"conversations": BIG, "teams": "view"}, "standard: true\n", "standard: true\n",
            id="standard",
        ),
    ],
)  # fmt: skip
def test_roles_that_are_meant_to_overlap_are_left_alone(
    tmp_path: Path, inner: Mapping[str, str], outer: Mapping[str, str], more_inner: str, more_outer: str
) -> None:
    """Small roles, distant ones, relatives and the product's own are no copies of one another."""
    standard = "standard" in more_inner
    files = {
        "inner": a_file("Reader" if standard else "Inbox Desk", inner, more=more_inner),
        "outer": a_file("Agent" if standard else "Phone Desk", outer, more=more_outer),
    }

    assert found(tmp_path, "contained-role", **files) == []


def test_relatives_are_those_with_the_same_origin(tmp_path: Path) -> None:
    """Two roles based on a third belong together, and one that is not does not."""
    files = {
        "base": a_file("Inbox Desk"),
        "one": a_file("Phone Desk", more="based_on: base\n"),
        "two": a_file("Front Desk", more="based_on: base\n"),
        "other": a_file("Night Desk"),
    }
    subject = Subject(read(tmp_path, files))
    roles = subject.by_key

    assert subject.related(roles["one"], roles["two"])
    assert not subject.related(roles["one"], roles["other"])


def test_levels_decide_what_a_finding_is(tmp_path: Path) -> None:
    """Off is silent, error stops, and what is not named warns; findings are sorted by place."""
    text = a_file("Figures", {"analytics": "[view_dashboards, export]"}, description="The figures role")
    reading = read(tmp_path, {"figures": text})

    def severities(levels: Mapping[str, LintLevel]) -> list[tuple[str, Severity]]:
        return [(problem.code, problem.severity) for problem in lint(reading, levels)]

    assert severities({}) == [
        ("lint.sensitive-without-owner", Severity.WARNING),
        ("lint.thin-description", Severity.WARNING),
    ]
    assert severities({"thin-description": LintLevel.ERROR, "sensitive-without-owner": LintLevel.OFF}) == [
        ("lint.thin-description", Severity.ERROR)
    ]
    assert severities({"thin-description": LintLevel.WARN})[1] == ("lint.thin-description", Severity.WARNING)


GENERIC = a_file("Test 1", {"teams": "view"})
NEEDY = a_file("Phone Desk", {"conversations": "[reply]"})


@pytest.mark.parametrize(("rule", "text", "line"), [("generic-name", GENERIC, 1), ("depends", NEEDY, 4)])
def test_rules_that_refuse_can_be_told_to_warn_or_to_be_silent(tmp_path: Path, rule: str, text: str, line: int) -> None:
    """An error unless told, for every reader; told otherwise the role is as good as any, and lint has the finding."""
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "a.yaml").write_text(text, encoding="utf-8")
    code = REFUSING[rule]

    def reading(level: str) -> tuple[Reading, tuple[Problem, ...]]:
        settings = parse_settings("reconciler.yaml", f"lint: {{{rule}: {level}}}".encode())
        found = read_desired(tmp_path, "roles", LOCK, settings.tolerated)
        return found, lint(found, settings.lint)

    strict, _ = reading("error")
    assert [(p.code, p.line, p.severity) for p in strict.problems] == [(code, line, Severity.ERROR)]
    assert read_desired(tmp_path, "roles", LOCK).problems == strict.problems

    mild, told = reading("warn")
    assert (mild.problems, [role.key for role in mild.desired.roles]) == ((), ["a"])
    assert [replace(p, severity=Severity.ERROR) for p in told if p.code == code] == list(strict.problems)
    assert {p.severity for p in told} == {Severity.WARNING}

    silent, nothing = reading("off")
    assert silent == mild
    assert code not in {p.code for p in nothing}


def test_what_is_tolerated_stays_with_what_is_based_on_it(tmp_path: Path) -> None:
    """A role on top of a tolerated one is read, and what its base lacks is told once."""
    files = {"a": NEEDY, "b": a_file("Front Desk", {"teams": "view"}, more="based_on: a\n", whole=False)}
    (tmp_path / "roles").mkdir()
    for key, text in files.items():
        (tmp_path / "roles" / f"{key}.yaml").write_text(text, encoding="utf-8")

    reading = read_desired(tmp_path, "roles", LOCK, frozenset({"role.depends"}))

    assert [role.key for role in reading.desired.roles] == ["a", "b"]
    assert [problem.path for problem in lint(reading, only("depends"))] == ["roles/a.yaml"]


def test_settings_know_every_rule_and_no_other() -> None:
    """The schema of the settings names exactly the rules there are, and the one that the plan tells."""
    known = shipped_shape("settings.schema.json").schema["properties"]["lint"]["properties"]

    assert set(known) == {rule_of(code) for code in RULES} | {UNHELD_ROLE}


def test_every_rule_is_documented_and_no_other() -> None:
    """The page of advice has a row for each rule, and the code of each is explained."""
    page = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|", page, flags=re.MULTILINE)

    assert rows == sorted([*(rule_of(code) for code in RULES), UNHELD_ROLE])
    assert {code for code in CODES if code.startswith("lint.")} | set(REFUSING.values()) == set(RULES) <= set(CODES)


def test_settings_take_levels_over_and_suggest_the_rule_that_was_meant() -> None:
    """A level reaches the settings; a slip in the name of a rule is an error with the nearest one."""
    settings = parse_settings("reconciler.yaml", b"lint: {thin-description: off, contained-role: error}")
    assert dict(settings.lint) == {"contained-role": LintLevel.ERROR, "thin-description": LintLevel.OFF}

    def refused(text: bytes) -> Problem:
        with pytest.raises(SettingsRejected) as caught:
            parse_settings("reconciler.yaml", text)
        (problem,) = caught.value.problems
        return problem

    unknown = refused(b"lint: {thin-descripton: off}")
    assert (unknown.code, unknown.fix) == ("schema.unknown-key", "Write `thin-description`")
    assert refused(b"lint: {thin-description: warning}").fix == "Write `warn`"
    assert refused(b"lint: {unheld-role: error}").code == "schema.value"


def test_reading_tells_problems_instead_of_raising_them(tmp_path: Path) -> None:
    """What can be read is given beside what is wrong, and retired roles say nothing of categories."""
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "good.yaml").write_text(a_file("Inbox Desk"), encoding="utf-8")
    (tmp_path / "roles" / "bad.yaml").write_text("name: Phone Desk\n", encoding="utf-8")
    (tmp_path / "roles" / "gone.yaml").write_text(
        f"name: Night Desk\ndescription: {GOOD}\nretired: true\n", encoding="utf-8"
    )

    reading = read_desired(tmp_path, "roles", LOCK)

    assert {problem.path for problem in reading.problems} == {"roles/bad.yaml"}
    assert list(reading.written) == ["good"]
    assert reading.written["good"].place("owner") == reading.written["good"].place("name")
