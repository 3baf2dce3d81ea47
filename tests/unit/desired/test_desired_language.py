"""The role language: what words mean, where permissions come from, and how files relate."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.expansion import MOST_BASES
from reconciler.desired.language import load_desired, load_desired_from
from reconciler.errors import InputRejected, NoRolesFound, Problem, UsageProblem
from reconciler.model.role import DesiredRole, Origin
from reconciler.model.state import DesiredState

ROOT = Path(__file__).parents[3]
CATALOGUE = load_catalogue(ROOT)
HEAD = "name: {name}\ndescription: Does what the test needs of it\n"


def a_file(name: str, body: str = "permissions: {}\n") -> str:
    """Give the text of a role file."""
    return HEAD.format(name=name) + body


def load(**files: str) -> DesiredState:
    """Load files given by key; underscores in a key stand for dashes."""
    documents = [(f"roles/{key.replace('_', '-')}.yaml", text.encode()) for key, text in files.items()]
    return load_desired_from(documents, CATALOGUE)


def role(state: DesiredState, key: str) -> DesiredRole:
    """Give the role of a key."""
    return next(role for role in state.roles if role.key == key)


def permissions(state: DesiredState, key: str) -> set[str]:
    """Give what a role may do."""
    return set(role(state, key).content.permissions)


def problems(**files: str) -> list[Problem]:
    """Give the problems of files that must be refused."""
    with pytest.raises(InputRejected) as caught:
        load(**files)
    return list(caught.value.problems)


def codes(**files: str) -> list[tuple[str, int, str]]:
    """Give file, line and code of each problem."""
    return [(Path(p.path).stem, p.line, p.code) for p in problems(**files)]


def test_worked_example_expands_to_its_ten_permissions() -> None:
    """The Quality Reviewer of the help page can do exactly these ten things."""
    state = load(quality_reviewer=(ROOT / "roles" / "quality-reviewer.yaml").read_text())

    assert permissions(state, "quality-reviewer") == {
        "conversations.view",
        "conversations.view_all",
        "notes.view",
        "notes.add",
        "notes.edit_own",
        "notes.delete_own",
        "notes.mention",
        "contacts.view",
        "teams.view",
        "analytics.view_dashboards",
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("all", {"view", "create", "edit", "delete", "manage_members"}),
        ("view", {"view"}),
        ("none", set()),
        ("[]", set()),
        ("[view, edit]", {"view", "edit"}),
        ("{view: on, edit: true, delete: off}", {"view", "edit"}),
        ("{view: off}", set()),
        ("{all: on, delete: off}", {"view", "create", "edit", "manage_members"}),
        ("{all: true, delete: false, edit: off}", {"view", "create", "manage_members"}),
    ],
)
def test_category_means_what_the_language_says(written: str, meant: set[str]) -> None:
    """Each way of writing a category selects exactly its permissions."""
    state = load(x=a_file("Team Builder", f"permissions:\n  teams: {written}\n"))

    assert permissions(state, "x") == {f"teams.{short}" for short in meant}


def test_view_word_and_view_permission_are_kept_apart() -> None:
    """`view` in a list is one permission; as a word or first toggle it is everything that only reads."""
    for written, shorts in (
        ("[view]", {"view"}),
        ("view", {"view", "view_all"}),
        ("{view: on, view_all: off}", {"view"}),
    ):
        state = load(x=a_file("Night Desk", f"permissions:\n  conversations: {written}\n"))
        assert permissions(state, "x") == {f"conversations.{short}" for short in shorts}


def test_base_is_copied_adjusted_and_left_alone() -> None:
    """A mapping adjusts what is inherited, a word or list replaces it, a category left out is inherited."""
    state = load(
        base=a_file("Base Desk", "permissions:\n  conversations: [view, reply, tag]\n  notes: all\n  teams: view\n"),
        more=a_file(
            "More Desk",
            "based_on: base\npermissions:\n  conversations: {tag: off, merge: on}\n  notes: [view]\n  contacts: view\n",
        ),
    )

    assert permissions(state, "more") == {
        "conversations.view",
        "conversations.reply",
        "conversations.merge",
        "notes.view",
        "contacts.view",
        "teams.view",
    }
    assert "conversations.tag" in permissions(state, "base")
    assert role(state, "more").based_on == "base"


def test_selection_adds_to_what_is_inherited() -> None:
    """`view: on` in a mapping ticks boxes on top of the base; it does not clear the others."""
    state = load(
        base=a_file("Base Desk", "permissions:\n  conversations: [view, reply]\n"),
        more=a_file("More Desk", "based_on: base\npermissions:\n  conversations: {view: on}\n"),
    )

    assert permissions(state, "more") == {"conversations.view", "conversations.view_all", "conversations.reply"}


def test_every_permission_knows_the_line_that_put_it_there() -> None:
    """Provenance names word, item, toggle or selection, through the whole chain of bases."""
    state = load(
        a=a_file("First Desk", "permissions:\n  conversations:\n    - view\n    - reply\n  teams: view\n"),
        b=a_file("Second Desk", "based_on: a\npermissions:\n  conversations: {tag: on, reply: off}\n"),
        c=a_file("Third Desk", "based_on: b\npermissions:\n  notes: {all: on, mention: off}\n"),
    )

    found = role(state, "c").provenance

    assert found["conversations.view"] == Origin("roles/a.yaml", 5, 7)
    assert found["conversations.tag"] == Origin("roles/b.yaml", 5, 19)
    assert found["teams.view"] == Origin("roles/a.yaml", 7, 3)
    assert found["notes.add"] == Origin("roles/c.yaml", 5, 11)
    assert set(found) == set(role(state, "c").content.permissions)
    assert len(found) == len(role(state, "c").content.permissions)
    assert role(state, "c").origin == Origin("roles/c.yaml", 1, 1)


def test_equal_permission_sets_are_one_object() -> None:
    """Roles that can do the same share the set, so that many of them cost little."""
    state = load(
        a=a_file("First Desk", "permissions: {teams: view}"), b=a_file("Second Desk", "permissions: {teams: [view]}")
    )

    assert role(state, "a").content.permissions is role(state, "b").content.permissions


def test_retired_role_keeps_what_its_end_needs() -> None:
    """A retired role needs no permissions and carries successor, earlier names, owner and whether it is standard."""
    state = load(
        old=a_file("Old Desk", "retired: true\nmove_users_to: new-desk\npreviously: [Ancient Desk]\nowner: Support\n"),
        new_desk=a_file("New Desk Crew"),
        reader="name: Reader\ndescription: Read-only access\nstandard: true\nretired: true\n",
    )

    assert [(r.key, r.name, r.move_users_to, r.previously, r.owner, r.standard) for r in state.retired] == [
        ("old", "Old Desk", "new-desk", ("Ancient Desk",), "Support", False),
        ("reader", "Reader", None, (), None, True),
    ]
    assert [r.key for r in state.roles] == ["new-desk"]


def test_standard_role_with_earlier_name_is_left_to_the_guard() -> None:
    """The files may say it; whether it may happen is judged with the live role at hand."""
    state = load(
        reader="name: Reader\ndescription: Read-only access\nstandard: true\npreviously: [Viewer]\npermissions: {}\n"
    )

    assert (role(state, "reader").standard, role(state, "reader").previously) == (True, ("Viewer",))


@pytest.mark.parametrize("length", [1, 2, 3, 6])
def test_circle_of_bases_is_told_once(length: int) -> None:
    """A circle is one problem, at its first role, with the whole way round."""
    keys = [f"r{index}" for index in range(length)]
    files = {
        key: a_file(f"Desk {key}", f"based_on: {after}\npermissions: {{}}\n")
        for key, after in zip(keys, [*keys[1:], keys[0]], strict=True)
    }
    files["tail"] = a_file("Tail Desk", "based_on: r0\npermissions: {}\n")

    [problem] = problems(**files)

    assert (problem.code, problem.path) == ("role.cycle", "roles/r0.yaml")
    assert " → ".join([*keys, keys[0]]) in problem.message


def test_chain_of_bases_has_a_bound() -> None:
    """A chain of ten is followed; of fifty, the first role beyond the bound is told, and no other."""
    keys = [f"r{index:02d}" for index in range(50)]
    files = {"r00": a_file("Desk zero", "permissions: {teams: view}")}
    for before, key in itertools.pairwise(keys):
        files[key] = a_file(f"Desk {key}", f"based_on: {before}\npermissions: {{}}\n")
    short = dict(list(files.items())[: MOST_BASES + 1])

    assert permissions(load(**short), keys[MOST_BASES]) == {"teams.view"}
    assert codes(**files) == [(keys[MOST_BASES + 1], 3, "role.base-depth")]


def test_unknown_and_retired_bases_are_told() -> None:
    """A base must be declared, with the nearest key as advice, and must not be on its way out."""
    found = problems(
        agent_desk=a_file("Agent Desk", "retired: true\n"),
        x=a_file("X Desk", "based_on: agent-dsek\npermissions: {}\n"),
        y=a_file("Y Desk", "based_on: agent-desk\npermissions: {}\n"),
    )

    assert [(p.path, p.line, p.code) for p in found] == [
        ("roles/x.yaml", 3, "role.unknown-base"),
        ("roles/y.yaml", 3, "role.retired-base"),
    ]
    assert found[0].fix == "Write `agent-desk`"


def test_fault_of_a_base_is_told_once() -> None:
    """Roles based on a faulty file are not blamed for it."""
    assert codes(
        a=a_file("A Desk", "permissions: {teams: veiw}"), b=a_file("B Desk", "based_on: a\npermissions: {}\n")
    ) == [("a", 3, "role.category-value")]


def test_permission_lost_by_adjusting_the_base_is_told_in_the_file_that_did_it() -> None:
    """Switching off what inherited permissions need is the fault of the file that switches off."""
    found = codes(
        a=a_file("A Desk", "permissions:\n  conversations: [view, reply]\n"),
        b=a_file("B Desk", "based_on: a\npermissions:\n  conversations: {view: off}\n"),
    )

    assert found == [("b", 4, "role.depends")]


def test_need_missing_in_the_base_is_told_there_alone() -> None:
    """What a base lacks already is not told again for each role based on it."""
    found = codes(
        a=a_file("A Desk", "permissions:\n  conversations: [reply]\n"),
        b=a_file("B Desk", "based_on: a\npermissions: {}\n"),
    )

    assert found == [("a", 4, "role.depends")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Night Desk", "role.duplicate-name"),
        ("night desk", "role.confusable-name"),
        ("Night-Desk", "role.confusable-name"),
        ("N\u0131ght Desk", "role.confusable-name"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(name: str, code: str) -> None:
    """Two names equal to the eye are refused, and the message names the other file."""
    found = problems(a=a_file("Night Desk"), b=a_file(name))

    assert [(p.path, p.line, p.column, p.code) for p in found] == [("roles/b.yaml", 1, 1, code)]
    assert "roles/a.yaml" in found[0].message


def test_whole_name_in_another_alphabet_is_refused() -> None:
    """A name spelt wholly in look-alike letters is caught next to the Latin one."""
    assert codes(a=a_file("copy"), b=a_file("\u0441\u043e\u0440\u0443")) in (
        [("a", 1, "role.generic-name"), ("b", 1, "role.confusable-name")],
        [("b", 1, "role.confusable-name")],
    )


def test_retired_names_count_as_taken() -> None:
    """A name cannot be deleted and declared in the same files; the live role would be both."""
    assert codes(a=a_file("Night Desk", "retired: true\n"), b=a_file("Night Desk")) == [("b", 1, "role.duplicate-name")]


def test_same_stem_in_two_folders_is_refused() -> None:
    """Folders do not make keys different."""
    with pytest.raises(InputRejected) as caught:
        load_desired_from(
            [("roles/a/x.yaml", a_file("A Desk").encode()), ("roles/b/x.yaml", a_file("B Desk").encode())], CATALOGUE
        )

    assert [(p.path, p.code) for p in caught.value.problems] == [("roles/b/x.yaml", "role.duplicate-key")]


@pytest.mark.parametrize("earlier", ["Day Desk", "day desk"])
def test_earlier_name_in_use_is_refused(earlier: str) -> None:
    """An earlier name may not be the name of a role that had no other name before."""
    found = codes(
        a=a_file("Day Desk"),
        b=a_file("Night Desk", f"previously: [{earlier}]\npermissions: {{}}\n"),
    )

    assert found == [("b", 3, "role.previous-name")]


def test_earlier_name_of_two_roles_is_refused() -> None:
    """Only one role can have had a name before; which file is wrong cannot be told, so both are named."""
    found = codes(
        a=a_file("Day Desk", "previously: [Old Desk]\npermissions: {}\n"),
        b=a_file("Night Desk", "previously: [Old Desk]\npermissions: {}\n"),
    )

    assert found == [("a", 3, "role.previous-name"), ("b", 3, "role.previous-name")]


def test_roles_may_hand_their_names_on() -> None:
    """One role takes the name that another had before, in one change."""
    state = load(
        a=a_file("Day Desk", "previously: [Old Desk]\npermissions: {}\n"),
        b=a_file("Night Desk", "previously: [Day Desk]\npermissions: {}\n"),
    )

    assert [role.previously for role in state.roles] == [("Old Desk",), ("Day Desk",)]


def test_roles_may_swap_names() -> None:
    """Two roles take each other's name, and three may pass theirs round."""
    state = load(
        a=a_file("Day Desk", "previously: [Night Desk]\npermissions: {}\n"),
        b=a_file("Night Desk", "previously: [day desk]\npermissions: {}\n"),
        c=a_file("Red Desk", "previously: [Blue Desk]\npermissions: {}\n"),
        d=a_file("Blue Desk", "previously: [Green Desk]\npermissions: {}\n"),
        e=a_file("Green Desk", "previously: [Red Desk]\npermissions: {}\n"),
    )

    assert [role.previously for role in state.roles] == [
        ("Night Desk",),
        ("day desk",),
        ("Blue Desk",),
        ("Green Desk",),
        ("Red Desk",),
    ]


@pytest.mark.parametrize(
    "other",
    [
        "previously: [Day Desk]\nretired: true\n",
        "previously: [Day Desk, Old Desk]\npermissions: {}\n",
        "previously: [Day-Desk]\npermissions: {}\n",
    ],
)
def test_names_that_go_round_otherwise_than_in_a_swap_are_refused_by_name(other: str) -> None:
    """A role that goes, one with two earlier names and one that only looks the same take part in no swap."""
    found = codes(a=a_file("Day Desk", "previously: [Night Desk]\npermissions: {}\n"), b=a_file("Night Desk", other))

    assert found == [("a", 3, "role.previous-name"), ("b", 3, "role.previous-name")]


def test_name_of_a_swap_is_no_earlier_name_of_a_third_role() -> None:
    """A name that three files tell of goes round in no swap, and each of them is named."""
    found = codes(
        a=a_file("Day Desk", "previously: [Night Desk]\npermissions: {}\n"),
        b=a_file("Night Desk", "previously: [Day Desk]\npermissions: {}\n"),
        c=a_file("Red Desk", "previously: [Day Desk]\npermissions: {}\n"),
    )

    assert found == [("a", 3, "role.previous-name"), ("b", 3, "role.previous-name"), ("c", 3, "role.previous-name")]


def test_change_of_case_alone_is_a_rename() -> None:
    """A role may have been called the same in other letters before."""
    state = load(a=a_file("Night Desk", "previously: [night desk]\npermissions: {}\n"))

    assert role(state, "a").previously == ("night desk",)


def test_successor_must_stay() -> None:
    """People cannot be moved to a role that is retired or that no file declares."""
    found = problems(
        a=a_file("A Desk", "retired: true\nmove_users_to: b\n"),
        b=a_file("B Desk", "retired: true\nmove_users_to: desk-d\n"),
        desk_c=a_file("C Desk"),
    )

    assert [(p.path, p.line, p.code) for p in found] == [
        ("roles/a.yaml", 4, "role.move-target"),
        ("roles/b.yaml", 4, "role.move-target"),
    ]
    assert found[1].fix == "Write `desk-c`"


def test_problems_of_all_files_are_told_together() -> None:
    """The problems of two files are those of the first, those of the second, and nothing else."""
    a, b = a_file("Test", "permissions: {teams: veiw}"), a_file("B Desk", "team: x\npermissions: {}\n")

    assert codes(a=a, b=b) == codes(a=a) + codes(b=b)


def test_broken_file_does_not_hide_the_others() -> None:
    """A file that is no YAML is one problem beside those of the other files."""
    assert codes(a="name: [", b=a_file("Test"), c="- x") == [
        ("a", 1, "yaml.syntax"),
        ("b", 1, "role.generic-name"),
        ("c", 1, "schema.type"),
    ]


def test_name_of_a_given_document_is_checked() -> None:
    """Documents that come from git follow the same rule for names as files."""
    with pytest.raises(InputRejected) as caught:
        load_desired_from([("roles/A.yaml", b""), ("roles/b.yml", b"")], CATALOGUE)

    assert [p.code for p in caught.value.problems] == ["file.name", "file.extension"]


def test_folder_is_loaded(tmp_path: Path) -> None:
    """Files below the folder become roles with paths seen from the root, sorted by key."""
    (tmp_path / "roles" / "sub").mkdir(parents=True)
    (tmp_path / "roles" / "b.yaml").write_text(a_file("B Desk"))
    (tmp_path / "roles" / "sub" / "a.yaml").write_text(a_file("A Desk"))

    state = load_desired(tmp_path, "roles", CATALOGUE)

    assert [(r.key, r.origin.path) for r in state.roles] == [("a", "roles/sub/a.yaml"), ("b", "roles/b.yaml")]
    assert state.catalogue is CATALOGUE


def test_no_roles_are_three_different_things(tmp_path: Path) -> None:
    """No folder is a matter of settings, an empty folder is refused, and a folder of left-overs is rejected."""
    with pytest.raises(UsageProblem):
        load_desired(tmp_path, "roles", CATALOGUE)
    (tmp_path / "roles").mkdir()
    with pytest.raises(NoRolesFound):
        load_desired(tmp_path, "roles", CATALOGUE)
    (tmp_path / "roles" / "a.yml").touch()
    with pytest.raises(InputRejected):
        load_desired(tmp_path, "roles", CATALOGUE)


@given(st.randoms(use_true_random=False))
def test_order_of_files_means_nothing(order: random.Random) -> None:
    """Any order of files gives the same state."""
    documents = [(f"roles/{p.name}", p.read_bytes()) for p in sorted((ROOT / "roles").rglob("*.yaml"))]
    shuffled = documents.copy()
    order.shuffle(shuffled)

    assert load_desired_from(shuffled, CATALOGUE) == load_desired_from(documents, CATALOGUE)


def test_line_ends_mean_nothing() -> None:
    """Files with Windows line ends give the same state, places included."""
    documents = [(f"roles/{p.name}", p.read_bytes()) for p in sorted((ROOT / "roles").rglob("*.yaml"))]
    windows = [(path, raw.replace(b"\n", b"\r\n")) for path, raw in documents]

    assert load_desired_from(windows, CATALOGUE) == load_desired_from(documents, CATALOGUE)


def test_hash_seed_means_nothing() -> None:
    """Problems come out the same, word for word, whatever the seed of hashing."""
    script = (
        "from pathlib import Path\n"
        "from reconciler.desired.catalogue import load_catalogue\n"
        "from reconciler.desired.language import load_desired_from\n"
        "from reconciler.errors import InputRejected\n"
        "files = sorted(Path('tests/examples/invalid').glob('*.yaml'))\n"
        "try:\n"
        "    load_desired_from([(p.name, p.read_bytes()) for p in files], load_catalogue(Path()))\n"
        "except InputRejected as rejected:\n"
        "    print(rejected.problems)\n"
    )

    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(answers) == 1
    assert b"role.cycle" in answers.pop()
