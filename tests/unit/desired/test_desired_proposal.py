"""Laying out what a commit proposes: the bytes of the files that are read, and a problem for everything else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fakes.git import Repository, a_repository

from reconciler.desired import proposal
from reconciler.desired.proposal import lay_out
from reconciler.desired.yaml_text import MOST_BYTES
from reconciler.errors import Problem, UsageProblem

ROLE = "name: Night Desk\ndescription: Answers what comes in at night\npermissions: {teams: view}\n"
FILES: dict[str, str | None] = {
    "reconciler.yaml": "roles: roles/\n",
    "schemas/permissions.yaml": "lock\n",
    "schemas/role.schema.json": "{}\n",
    "confirmations.yaml": "[]\n",
    "roles/agent.yaml": ROLE,
    "roles/standard/lead.yaml": ROLE,
    "roles/README.md": "x" * (MOST_BYTES + 1),
    "roles/.gitkeep": "",
    "README.md": "not read\n",
    "schemas/other.json": "not read\n",
}
TAKEN = sorted(
    (
        "confirmations.yaml",
        "reconciler.yaml",
        "roles/agent.yaml",
        "roles/standard/lead.yaml",
        "schemas/permissions.yaml",
        "schemas/role.schema.json",
    )
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Give a repository whose commit has everything that is read, and more."""
    repository = a_repository(tmp_path / "work")
    repository.save(FILES)
    return repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty folder."""
    folder = tmp_path / "laid-out"
    folder.mkdir()
    return folder


def laid_out(folder: Path) -> list[str]:
    """Give the files below a folder, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def take(repository: Repository, tree: str, folder: Path, *, roles: str = "roles") -> tuple[Problem, ...]:
    """Lay a tree out."""
    return lay_out(repository.folder, tree, folder, settings="reconciler.yaml", roles=roles)


def codes(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """Give path and code of each problem."""
    return [(problem.path, problem.code) for problem in problems]


def test_exactly_the_files_that_are_read_are_taken_over(repository: Repository, folder: Path) -> None:
    """Byte for byte, by their own paths, and nothing else of the commit."""
    repository.save({"roles/agent.yaml": f"{ROLE}# äöü\r\n"})

    assert take(repository, repository.head, folder) == ()
    assert laid_out(folder) == TAKEN
    assert (folder / "roles/agent.yaml").read_bytes() == repository.folder.joinpath("roles/agent.yaml").read_bytes()
    assert not any(os.access(folder / path, os.X_OK) for path in TAKEN)


def test_folder_that_the_proposed_settings_name_is_taken(repository: Repository, folder: Path) -> None:
    """A change may move the roles; the files that will be read then are the ones that are planned."""
    head = repository.save({"reconciler.yaml": "roles: desk/roles/\n", "desk/roles/new.yaml": ROLE})

    assert take(repository, head, folder) == ()
    assert "desk/roles/new.yaml" in laid_out(folder)
    assert "roles/agent.yaml" not in laid_out(folder)


@pytest.mark.parametrize("settings", [None, "roles: [\n", "roles: /etc\n"])
def test_settings_that_cannot_be_read_leave_the_folder_as_it_was(
    repository: Repository, folder: Path, settings: str | None
) -> None:
    """What is wrong with the role files can still be told."""
    head = repository.save({"reconciler.yaml": settings})

    assert take(repository, head, folder) == ()
    assert "roles/agent.yaml" in laid_out(folder)


def test_no_roles_at_all_are_an_empty_folder(repository: Repository, folder: Path) -> None:
    """Git knows no empty folders; that there is no role is told where roles are read."""
    repository.git("rm", "-r", "--quiet", "roles")
    head = repository.save()

    assert take(repository, head, folder) == ()
    assert (folder / "roles").is_dir()
    assert not [path for path in laid_out(folder) if path.startswith("roles/")]


def test_links_programs_and_submodules_are_refused_all_at_once(
    repository: Repository, folder: Path, tmp_path: Path
) -> None:
    """Only plain files are taken; a link is neither followed nor made (T14)."""
    (tmp_path / "secret").write_text("key")
    tree = repository.save_tree(
        {
            "roles/link.yaml": ("120000", "/proc/self/environ"),
            "roles/README.md": ("120000", "../../secret"),
            "roles/tool.yaml": ("100755", ROLE),
            "roles/sub": ("160000", repository.head),
            "confirmations.yaml": ("120000", ".git/config"),
        }
    )

    problems = take(repository, tree, folder)

    assert codes(problems) == [
        ("confirmations.yaml", "file.symlink"),
        ("roles/README.md", "file.symlink"),
        ("roles/link.yaml", "file.symlink"),
        ("roles/sub", "file.type"),
        ("roles/tool.yaml", "file.executable"),
    ]
    assert laid_out(folder) == [path for path in TAKEN if path != "confirmations.yaml"]
    assert not any(path.is_symlink() for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("path", "mode", "code"),
    [
        ("roles", "120000", "file.symlink"),
        ("roles", "100644", "file.type"),
        ("schemas", "120000", "file.symlink"),
        ("schemas", "160000", "file.type"),
    ],
)
def test_folder_that_is_none_is_refused(repository: Repository, folder: Path, path: str, mode: str, code: str) -> None:
    """A link in place of the roles or of the lock leads nowhere, and is not the same as their absence."""
    content = repository.head
    repository.git("rm", "-r", "--quiet", path)
    repository.save()
    tree = repository.save_tree({path: (mode, content if mode == "160000" else "elsewhere")})

    problems = take(repository, tree, folder)

    assert codes(problems) == [(path, code)]
    assert not [taken for taken in laid_out(folder) if taken.startswith(f"{path}/")]


HOSTILE = (
    'a"$(touch pwn)`id`;#.yaml',
    "::set-output name=go::true.yaml",
    "##[add-path]x.yaml",
    "a\nb.yaml",
    "\u202elmay.yaml",
    "Agent.yaml",
    "-rf.yaml",
    "con.yaml",
    "agent.yml",
    "agent.yaml ",
    "conftest.py",
    "a" * 64 + ".yaml",
    "Ärger.yaml",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused_by_name(repository: Repository, folder: Path, name: str) -> None:
    """What is no role file below the roles folder is a problem, in a folder on the way too, and is not written."""
    tree = repository.save_tree({f"roles/{name}": ("100644", ROLE), f"roles/{name}.d/x.yaml": ("100644", ROLE)})

    problems = take(repository, tree, folder)

    assert {path for path, _ in codes(problems)} == {f"roles/{name}", f"roles/{name}.d/x.yaml"}
    assert {code for _, code in codes(problems)} <= {"file.name", "file.extension"}
    assert laid_out(folder) == TAKEN


def test_name_that_is_no_text_is_refused(repository: Repository, folder: Path) -> None:
    """Bytes that are no UTF-8 are kept apart and told."""
    tree = repository.save_tree({os.fsdecode(b"roles/\xff.yaml"): ("100644", ROLE)})

    assert [p.code for p in take(repository, tree, folder)] == ["file.name"]
    assert laid_out(folder) == TAKEN


def test_folders_that_are_nested_too_deeply_are_refused(repository: Repository, folder: Path) -> None:
    """There is a bound, and what is beyond it is not written."""
    tree = repository.save_tree(
        {f"roles/{'a/' * 8}x.yaml": ("100644", ROLE), f"roles/{'b/' * 7}x.yaml": ("100644", ROLE)}
    )

    assert codes(take(repository, tree, folder)) == [(f"roles/{'a/' * 8}x.yaml", "file.depth")]
    assert laid_out(folder) == sorted((*TAKEN, f"roles/{'b/' * 7}x.yaml"))


def test_file_that_is_too_large_is_refused_unread(repository: Repository, folder: Path) -> None:
    """Its size is known before its bytes are asked for."""
    tree = repository.save_tree({"roles/huge.yaml": ("100644", "#" * (MOST_BYTES + 1))})

    assert codes(take(repository, tree, folder)) == [("roles/huge.yaml", "yaml.size")]
    assert laid_out(folder) == TAKEN


def test_files_that_are_too_large_together_are_refused(
    repository: Repository, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many they are, no more than so many bytes are read at all, and that is told once."""
    monkeypatch.setattr(proposal, "MOST_BYTES_TOGETHER", 100)

    problems = take(repository, repository.head, folder)

    assert codes(problems) == [("roles", "file.count")]
    assert not [path for path in laid_out(folder) if path.startswith("roles/")]


def test_more_files_than_are_taken_in_are_refused_unread(
    repository: Repository, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has so many roles."""
    monkeypatch.setattr(proposal, "MOST_FILES", 1)

    assert codes(take(repository, repository.head, folder)) == [("roles", "file.count")]
    assert not [path for path in laid_out(folder) if path.startswith("roles/")]


def test_path_that_a_commit_lists_twice_is_refused(repository: Repository, folder: Path) -> None:
    """No program writes such a tree; a reviewer would read one file and another would be planned."""
    one, two = (repository.git("hash-object", "-w", "--stdin", given=t.encode()) for t in (ROLE, ROLE.upper()))
    entries = b"".join(b"100644 agent.yaml\0" + bytes.fromhex(oid) for oid in (one, two))
    roles = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=entries)
    outer = b"40000 roles\0" + bytes.fromhex(roles)
    tree = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=outer)

    assert codes(take(repository, tree, folder)) == [("roles/agent.yaml", "file.twice")]
    assert laid_out(folder) == []


@pytest.mark.parametrize("name", [".", "..", ".git"])
def test_folder_that_leads_out_is_refused(repository: Repository, folder: Path, name: str) -> None:
    """A tree made by hand cannot place a file elsewhere."""
    blob = repository.git("hash-object", "-w", "--stdin", given=ROLE.encode())
    inner = b"100644 agent.yaml\0" + bytes.fromhex(blob)
    for step in (name, "roles"):
        oid = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=inner)
        inner = b"40000 " + step.encode() + b"\0" + bytes.fromhex(oid)
    tree = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=inner)

    assert codes(take(repository, tree, folder)) == [(f"roles/{name}/agent.yaml", "file.name")]
    assert laid_out(folder) == []


def test_repository_below_a_folder_is_laid_out_from_there(tmp_path: Path, folder: Path) -> None:
    """Where the settings are in a folder of the repository, only what is below it counts."""
    repository = a_repository(tmp_path / "work")
    repository.save({f"desk/{path}": text for path, text in FILES.items()} | {"roles/outside.yaml": ROLE})
    below = Repository(repository.folder / "desk")

    assert take(below, repository.head, folder) == ()
    assert laid_out(folder) == TAKEN


def test_tree_that_is_not_here_is_an_error(repository: Repository, folder: Path) -> None:
    """An unknown tree is no empty one."""
    with pytest.raises(UsageProblem, match="proposed commit"):
        take(repository, "1" * 40, folder)


def test_answer_that_is_not_understood_is_an_error(
    repository: Repository, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that lists files in another form is not guessed at."""
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text("#!/bin/sh\nprintf '100644 blob x\\troles\\0'\n")
    spy.chmod(0o700)
    monkeypatch.setenv("PATH", str(spy.parent))

    with pytest.raises(UsageProblem, match="proposed commit"):
        take(repository, "1" * 40, folder)
