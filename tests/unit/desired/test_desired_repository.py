"""What a new repository is made of, and what is looked at before the first file of it is made."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from meta.source import PROJECT

from reconciler import __version__
from reconciler.desired.catalogue import load_catalogue, parse_catalogue
from reconciler.desired.creating import require_places
from reconciler.desired.lock_text import render_lock
from reconciler.desired.repository import Beginning, add_examples, add_the_rest, begin, has_roles, require_usable
from reconciler.desired.schema import render_role_schema
from reconciler.desired.shipped import EXAMPLES, shipped_text
from reconciler.desired.workflows import ACTION, WORKFLOW_FILES, WORKFLOWS
from reconciler.errors import InputRejected, SettingsRejected, UsageProblem
from reconciler.model.permission import Category, Permission, PermissionLevel

CATALOGUE = load_catalogue(PROJECT)
REVIEWER = "name: Quality Reviewer\ndescription: Reads every conversation\npermissions: {conversations: view}\n"


def everything(root: Path) -> dict[str, str]:
    """Give every file of a folder."""
    return {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8") for p in root.rglob("*") if p.is_file()}


def begun(folder: Path) -> dict[str, str]:
    """Make a repository with the examples and give its files."""
    beginning = begin(folder)
    if not has_roles(beginning):
        add_examples(beginning)
    add_the_rest(beginning)
    before = set(everything(folder))
    made = beginning.make()
    assert sorted(made) == sorted(everything(folder).keys() - before)
    return everything(folder)


def rest_of(folder: Path) -> Beginning:
    """Look at a folder and want everything but roles."""
    beginning = begin(folder)
    add_the_rest(beginning)
    return beginning


def steps_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """Give every step of every job."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_repository_has_the_settings_and_roles_that_the_program_ships(tmp_path: Path) -> None:
    """What is made equals what this repository has, byte for byte."""
    files = begun(tmp_path / "new" / "desk")

    for path in ("reconciler.yaml", "roles/README.md", *(f"roles/{example}" for example in EXAMPLES)):
        assert (PROJECT / path).read_text(encoding="utf-8") == files[path]
    for path in (p for p in files if p.startswith("schemas/")):
        assert (PROJECT / path).read_text(encoding="utf-8") == files[path]
    assert sorted(p.name for p in (PROJECT / "roles" / "standard").iterdir()) == sorted(
        Path(e).name for e in EXAMPLES if e.startswith("standard/")
    )


def test_repository_is_made_again_without_touching_a_byte(tmp_path: Path) -> None:
    """A second run makes nothing and leaves everything."""
    files = begun(tmp_path)

    assert files == begun(tmp_path)
    beginning = rest_of(tmp_path)
    assert beginning.make() == ()
    assert ".gitignore" in beginning.left


def test_repository_keeps_files_that_were_there(tmp_path: Path) -> None:
    """What somebody wrote stays, and the rest is made around it, after its settings and its lock."""
    lock = replace(CATALOGUE, version=7)
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "permissions.yaml").write_text(render_lock(lock), encoding="utf-8")
    (tmp_path / "reconciler.yaml").write_text("roles: desk/roles/\n", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.pyc\n", encoding="utf-8")

    files = begun(tmp_path)

    assert ("roles: desk/roles/\n", "*.pyc\n") == (files["reconciler.yaml"], files[".gitignore"])
    assert "catalogue 7" in files["schemas/role.schema.json"]
    assert "$schema=../../../schemas/role.schema.json" in files["desk/roles/standard/agent.yaml"]
    assert "\n/desk/roles/ " in files[".github/CODEOWNERS"]
    assert parse_catalogue("lock", files["schemas/permissions.yaml"].encode()) == lock


def test_repository_says_what_an_ignore_file_lacks(tmp_path: Path) -> None:
    """The line that keeps people's names out of git is asked for where it is missing, and only there."""
    for text, why in (("*.pyc\n", "add the line .reconciler/ to it"), ("x\n/.reconciler\n", "")):
        (tmp_path / ".gitignore").write_text(text, encoding="utf-8")
        assert rest_of(tmp_path).left[".gitignore"] == why


def test_repository_with_roles_gets_no_examples(tmp_path: Path) -> None:
    """Examples beside roles of one's own would be roles that nobody asked for."""
    assert not has_roles(begin(tmp_path))
    (tmp_path / "roles").mkdir()
    assert not has_roles(begin(tmp_path))
    (tmp_path / "roles" / "quality-reviewer.yaml").write_text(REVIEWER, encoding="utf-8")
    assert has_roles(begin(tmp_path))


@pytest.mark.parametrize("text", ["note.txt", "night.yml", "Night.yaml"])
def test_folder_of_roles_with_something_else_alone_is_refused(tmp_path: Path, text: str) -> None:
    """What `validate` would refuse is told before anything is made around it; a README is no role either."""
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "README.md").write_text("", encoding="utf-8")
    assert not has_roles(begin(tmp_path))
    (tmp_path / "roles" / text).write_text("", encoding="utf-8")

    with pytest.raises(InputRejected) as caught:
        begun(tmp_path)

    assert [problem.path for problem in caught.value.problems] == [f"roles/{text}"]
    assert everything(tmp_path).keys() == {"roles/README.md", f"roles/{text}"}


def test_everything_in_the_way_is_told_at_once_and_nothing_is_made(tmp_path: Path) -> None:
    """Files in the place of folders, folders in the place of files, and links, whatever their number."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".github").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "roles").mkdir()
    for name in ("schemas", "roles/standard"):
        (tmp_path / name).write_text("", encoding="utf-8")
    for name in (".gitignore", "roles/quality-reviewer.yaml"):
        (tmp_path / name).mkdir()

    with pytest.raises(UsageProblem) as caught:
        begun(tmp_path)

    assert "nothing was written" in caught.value.detail
    assert caught.value.reasons == (
        ".github is a symbolic link, and a folder is needed",
        ".gitignore is no file, and a file is needed",
        "roles/quality-reviewer.yaml is no file, and a file is needed",
        "roles/standard is a file, and a folder is needed",
        "schemas is a file, and a folder is needed",
    )
    assert everything(tmp_path) == {"roles/standard": "", "schemas": ""}


def test_settings_that_are_a_folder_are_in_the_way(tmp_path: Path) -> None:
    """A folder named like the settings cannot be read as settings, and is told like anything else in the way."""
    (tmp_path / "reconciler.yaml").mkdir()

    with pytest.raises(UsageProblem) as caught:
        begin(tmp_path)
    assert caught.value.reasons == ("reconciler.yaml is no file, and a file is needed",)


def test_folder_that_takes_no_file_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions are looked at like everything else, though a disk may still refuse."""
    (tmp_path / "schemas").mkdir()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "schemas" and access(path, mode))

    with pytest.raises(UsageProblem) as caught:
        begun(tmp_path)

    assert caught.value.reasons == ("schemas is a folder in which nothing can be made",)
    assert everything(tmp_path) == {}


def test_path_that_no_system_takes_is_in_the_way_too(tmp_path: Path) -> None:
    """Too long a name is told with the others, be its folder there or not, and so is too long a way."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    way = "/".join(["r" * 250] * 20)

    with pytest.raises(UsageProblem) as caught:
        require_places(tmp_path, [f"roles/{'r' * 300}/x.yaml", "file/x.yaml"])
    assert caught.value.reasons == (
        "file is a file, and a folder is needed",
        f"roles/{'r' * 300}/x.yaml has too long a name in it",
    )
    with pytest.raises(UsageProblem) as caught:
        require_places(tmp_path / way, ["x.yaml"])
    assert caught.value.reasons == ("x.yaml: File name too long",)


def test_something_that_appears_meanwhile_stops_it_before_the_first_file(tmp_path: Path) -> None:
    """Between looking and making the tenant was read; what is in the way by then is told all the same."""
    beginning = rest_of(tmp_path)
    (tmp_path / "schemas").write_text("", encoding="utf-8")

    with pytest.raises(UsageProblem, match="nothing was written"):
        beginning.make()

    assert everything(tmp_path) == {"schemas": ""}


def test_disk_that_fills_up_says_how_far_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that were made are counted, and the same command makes the others."""
    beginning, opened = rest_of(tmp_path), os.open

    def full(path: Path, flags: int, mode: int) -> int:
        if path.name == "permissions.yaml":
            raise OSError(28, "No space left on device")
        return opened(path, flags, mode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        with pytest.raises(UsageProblem, match="No space left on device; 2 of 18 files were made before it") as caught:
            beginning.make()

    assert "run the command again" in caught.value.fix
    assert len(rest_of(tmp_path).make()) == 16


def test_lock_that_is_broken_is_told_before_anything_is_made(tmp_path: Path) -> None:
    """Roles and schema are made after the lock that is there, so it is read first."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "permissions.yaml").write_text("version: 0\n", encoding="utf-8")

    with pytest.raises(InputRejected):
        begun(tmp_path)
    assert list(everything(tmp_path)) == ["schemas/permissions.yaml"]


def test_examples_that_a_lock_does_not_know_are_not_made(tmp_path: Path) -> None:
    """With the lock of another product they would be refused by the first `validate`."""
    (tmp_path / "schemas").mkdir()
    other = replace(CATALOGUE, categories=tuple(c for c in CATALOGUE.categories if c.key != "notes"))
    (tmp_path / "schemas" / "permissions.yaml").write_text(render_lock(other), encoding="utf-8")
    beginning = begin(tmp_path)

    add_examples(beginning)

    assert list(beginning.wanted) == ["reconciler.yaml"]
    assert beginning.notes == [
        "The examples do not fit schemas/permissions.yaml; adopt the tenant's roles: reconciler adopt --all"
    ]


def test_examples_that_the_settings_refuse_are_not_made(tmp_path: Path) -> None:
    """A lint rule that the settings make an error holds for the examples, too; else it is advice."""
    (tmp_path / "schemas").mkdir()
    more = Category(
        key="labs", name="Labs", permissions=(Permission(key="labs.view", name="View", level=PermissionLevel.VIEW),)
    )
    other = replace(CATALOGUE, categories=(*CATALOGUE.categories, more))
    (tmp_path / "schemas" / "permissions.yaml").write_text(render_lock(other), encoding="utf-8")
    for level, fits in (("error", False), ("warn", True)):
        (tmp_path / "reconciler.yaml").write_text(f"lint:\n  categories-left-out: {level}\n", encoding="utf-8")
        beginning = begin(tmp_path)

        add_examples(beginning)

        assert bool(beginning.wanted) == fits
        told = "The examples do not fit rules that reconciler.yaml makes errors; adopt the tenant's roles: "
        assert beginning.notes == ([] if fits else [f"{told}reconciler adopt --all"])


def test_role_schema_of_another_lock_is_told(tmp_path: Path) -> None:
    """It is left as it is, with the command that makes it again; one that fits is only listed."""
    (tmp_path / "schemas").mkdir()
    path = tmp_path / "schemas" / "role.schema.json"
    for text, told in ((render_role_schema(CATALOGUE), ""), ("{}", "catalogue --schema")):
        path.write_text(text, encoding="utf-8")
        why = rest_of(tmp_path).left["schemas/role.schema.json"]
        assert told in why
        assert bool(told) == bool(why)


@pytest.mark.parametrize("place", ["CODEOWNERS", "docs/CODEOWNERS"])
def test_repository_with_code_owners_elsewhere_keeps_them_in_force(tmp_path: Path, place: str) -> None:
    """A file in .github/ would silently replace the owners that are there."""
    (tmp_path / "docs").mkdir()
    (tmp_path / place).write_text("* @desk/owners\n", encoding="utf-8")

    beginning = rest_of(tmp_path)
    beginning.make()

    assert place in beginning.left
    assert not (tmp_path / ".github" / "CODEOWNERS").exists()


def test_repository_below_the_top_of_git_works_where_github_looks(tmp_path: Path) -> None:
    """Files for GitHub have to be moved to the top, which is told; their paths are those from there already."""
    (tmp_path / ".git").mkdir()
    below, top = rest_of(tmp_path / "desk's roles" / "x"), rest_of(tmp_path)

    assert ["GitHub reads .github/ at the top of the git repository only: move it there"] == below.notes
    owners = below.wanted[".github/CODEOWNERS"]
    assert "\n/desk's\\ roles/x/roles/ " in owners
    assert "\n/desk's\\ roles/x/reconciler.yaml " in owners
    assert "\n/.github/ " in owners
    assert top.notes == []
    assert "\n/roles/ " in top.wanted[".github/CODEOWNERS"]


@pytest.mark.parametrize("path", WORKFLOWS)
def test_workflow_below_the_top_of_git_names_the_settings_in_every_command(tmp_path: Path, path: str) -> None:
    """The name of a folder is the value of a variable, never a part of a script, whatever it looks like."""
    (tmp_path / ".git").mkdir()
    below, top = rest_of(tmp_path / "desk's \"$(touch pwn)` roles"), rest_of(tmp_path)

    there, here = yaml.safe_load(below.wanted[path]), yaml.safe_load(top.wanted[path])
    assert there.pop("env") == {"SETTINGS": "desk's \"$(touch pwn)` roles/reconciler.yaml"}
    runs = [(s, t) for s, t in zip(steps_of(there), steps_of(here), strict=True) if "reconciler --" in s.get("run", "")]
    assert sum("reconciler" in s.get("run", "").split() for s in steps_of(here)) == len(runs) > 0
    for step, same in runs:
        assert step["run"].count('reconciler --settings "$SETTINGS" ') == 1
        step["run"] = step["run"].replace(' --settings "$SETTINGS"', "")
        assert step == same
    assert there == here


def test_workflows_are_those_of_this_repository_but_for_the_installation(tmp_path: Path) -> None:
    """What is tried here is what others get: to the byte, without the file that installs from this checkout."""
    (tmp_path / ".git").mkdir()
    wanted = rest_of(tmp_path).wanted

    ours = {path: (PROJECT / path).read_text(encoding="utf-8") for path in WORKFLOW_FILES if (PROJECT / path).exists()}
    assert {path for path in WORKFLOW_FILES if ours.get(path) != wanted[path]} == {
        f"{ACTION}/install.sh",
        f"{ACTION}/requirements.txt",
        f"{ACTION}/tool.txt",
    }
    hashed = (PROJECT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    assert wanted[f"{ACTION}/requirements.txt"] == hashed


def test_installation_is_this_version_and_its_hashed_requirements(tmp_path: Path) -> None:
    """What checks the files is the program that made them, and nothing is built or taken without a hash."""
    made = begun(tmp_path)

    assert made[f"{ACTION}/tool.txt"].splitlines()[-1] == f"role-reconciler=={__version__}"
    script = made[f"{ACTION}/install.sh"]
    assert "--no-deps --only-binary :all:" in script
    assert 'pip --require-hashes -r "$here/requirements.txt"' in script


@pytest.mark.parametrize("place", [".git", ".git/hooks", "sub/.GIT/x"])
def test_repository_is_not_made_inside_git(tmp_path: Path, place: str) -> None:
    """The folder of git belongs to git, at any depth and in any case."""
    with pytest.raises(UsageProblem, match=r"inside \.git"):
        begin(tmp_path / place)
    assert list(tmp_path.iterdir()) == []


def test_repository_is_not_made_in_a_file_or_through_a_link(tmp_path: Path) -> None:
    """A file, a link to a folder and a folder that leads elsewhere are refused before anything is made."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "roles").symlink_to(tmp_path / "real")

    for name, told in (("file", "no folder"), ("link", "symbolic link"), ("file/below", "on the way")):
        with pytest.raises(UsageProblem, match=told):
            begin(tmp_path / name)
    with pytest.raises(UsageProblem) as caught:
        begin(tmp_path / "desk")
    assert caught.value.reasons == ("roles is a symbolic link, and a folder is needed",)
    require_usable(tmp_path / "real")
    assert everything(tmp_path) == {"file": ""}


def test_repository_with_broken_settings_is_left_alone(tmp_path: Path) -> None:
    """Settings that cannot be read are told before anything is made."""
    (tmp_path / "reconciler.yaml").write_text("rolls: x\n", encoding="utf-8")

    with pytest.raises(SettingsRejected):
        begin(tmp_path)
    assert ["reconciler.yaml"] == list(everything(tmp_path))


def test_program_without_its_files_says_so() -> None:
    """An installation that lost a file is told to be made again."""
    with pytest.raises(UsageProblem, match="came without"):
        shipped_text("roles/no-such-role.yaml")
