"""Writing the lock and the role schema, and telling when they disagree."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.desired import pinning
from reconciler.desired.catalogue import LOCK, load_catalogue
from reconciler.desired.lock_text import render_lock
from reconciler.desired.pinning import ROLE_SCHEMA, check_role_schema, make_role_schema, no_lock, pin
from reconciler.desired.schema import render_role_schema
from reconciler.errors import InputRejected, Severity, TenantAnswerUnusable, UsageProblem
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel

ROOT = Path(__file__).resolve().parents[3]
PINNED = load_catalogue(ROOT)


def with_category(key: str, permission: Permission) -> Catalogue:
    """Give what the tenant has: the lock's permissions and one of another category."""
    added = Category(key=key, name="Labs", permissions=(permission,))
    return replace(PINNED, version=PINNED.version + 1, categories=(*PINNED.categories, added))


NEW = with_category("labs", Permission(key="labs.preview", name="Preview", level=PermissionLevel.ACT))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Give a folder with a lock and its schema."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / LOCK).write_text(render_lock(PINNED), encoding="utf-8")
    (tmp_path / ROLE_SCHEMA).write_text(render_role_schema(PINNED), encoding="utf-8")
    return tmp_path


@pytest.fixture
def committed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the same as a git repository in which everything is committed."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@desk.example")
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "lock"]):
        subprocess.run(["git", *arguments], cwd=repository, check=True)
    return repository


def texts(folder: Path) -> tuple[str, str]:
    """Give lock and schema."""
    return (folder / LOCK).read_text(encoding="utf-8"), (folder / ROLE_SCHEMA).read_text(encoding="utf-8")


def test_pin_writes_lock_and_schema_and_they_agree(repository: Path) -> None:
    """Both say the new catalogue, and doing it again writes nothing."""
    assert pin(repository, PINNED, NEW, overwrite=True) == (LOCK, ROLE_SCHEMA)
    assert texts(repository) == (render_lock(NEW), render_role_schema(NEW))
    assert load_catalogue(repository) == NEW
    check_role_schema(repository, NEW)

    before = (repository / LOCK).stat().st_mtime_ns
    assert pin(repository, NEW, NEW, overwrite=True) == ()
    assert (repository / LOCK).stat().st_mtime_ns == before


def test_pin_makes_a_missing_or_stale_schema_and_leaves_the_lock_alone(repository: Path) -> None:
    """The schema follows the lock even where no permission differs."""
    (repository / ROLE_SCHEMA).unlink()
    assert pin(repository, PINNED, PINNED, overwrite=True) == (ROLE_SCHEMA,)

    (repository / ROLE_SCHEMA).write_text("{}", encoding="utf-8")
    assert pin(repository, PINNED, PINNED, overwrite=True) == (ROLE_SCHEMA,)
    check_role_schema(repository, PINNED)


def test_pin_makes_the_folder_of_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository that lived on the lock of the program gets one of its own."""
    assert pin(tmp_path, PINNED, NEW) == (LOCK, ROLE_SCHEMA)

    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "schemas").write_text("", encoding="ascii")
    with pytest.raises(UsageProblem):
        pin(blocked, PINNED, NEW)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UsageProblem, match="folder"):
        pin(tmp_path / "elsewhere", PINNED, NEW)


def test_stale_schema_is_a_problem_with_its_code(repository: Path) -> None:
    """CI fails when schema and lock disagree."""
    with pytest.raises(InputRejected) as caught:
        check_role_schema(repository, NEW)
    (problem,) = caught.value.problems
    assert (problem.path, problem.code) == (ROLE_SCHEMA, "catalogue.schema-stale")
    assert problem.fix == "Make it again from the lock: reconciler catalogue --schema"


@pytest.mark.parametrize(
    ("gone", "code", "command"),
    [(LOCK, "catalogue.lock-missing", "--update"), (ROLE_SCHEMA, "catalogue.schema-missing", "--schema")],
)
def test_missing_lock_or_schema_is_a_problem_with_the_way_out(
    repository: Path, gone: str, code: str, command: str
) -> None:
    """Where one of the two stands, the other belongs to it; nobody can take one away in silence."""
    (repository / gone).unlink()

    with pytest.raises(InputRejected) as caught:
        check_role_schema(repository, PINNED)

    (problem,) = caught.value.problems
    assert (problem.path, problem.code, problem.severity) == (gone, code, Severity.ERROR)
    assert problem.fix.startswith("Bring it back" if gone == ROLE_SCHEMA else f"Bring {LOCK} back")
    assert problem.fix.endswith(f"reconciler catalogue {command}")
    assert list(no_lock(repository)) == []


def test_repository_that_pinned_nothing_is_told_and_not_refused(repository: Path) -> None:
    """Without lock and schema the files mean what the program came with, which is advice to pin it."""
    (repository / LOCK).unlink()
    (repository / ROLE_SCHEMA).unlink()

    check_role_schema(repository, PINNED)
    (problem,) = no_lock(repository)

    assert (problem.code, problem.severity) == ("catalogue.lock-missing", Severity.WARNING)


def test_missing_files_are_pinned_though_nothing_differs(repository: Path) -> None:
    """An update writes the lock and the schema that are not there, with the version they had."""
    before = texts(repository)
    (repository / LOCK).unlink()
    (repository / ROLE_SCHEMA).unlink()

    assert pin(repository, PINNED, PINNED) == (LOCK, ROLE_SCHEMA)
    assert texts(repository) == before


def test_schema_is_made_from_a_lock_of_the_repository_alone(repository: Path) -> None:
    """A schema of no lock would be refused right after, so none is made."""
    (repository / LOCK).unlink()

    with pytest.raises(UsageProblem, match=LOCK) as caught:
        make_role_schema(repository, PINNED)
    assert caught.value.fix.endswith("reconciler catalogue --update")


def test_schema_is_made_again_from_the_lock_whatever_stands_there(repository: Path) -> None:
    """Outside git too, and after edits: what the lock gives is no loss, and the lock stays as it is."""
    before = (repository / LOCK).read_text(encoding="utf-8")
    (repository / ROLE_SCHEMA).write_text("{}", encoding="utf-8")

    assert make_role_schema(repository, PINNED) == (ROLE_SCHEMA,)

    check_role_schema(repository, PINNED)
    assert make_role_schema(repository, PINNED) == ()
    (repository / ROLE_SCHEMA).unlink()
    assert make_role_schema(repository, PINNED) == (ROLE_SCHEMA,)
    assert (repository / LOCK).read_text(encoding="utf-8") == before


def test_line_ends_of_a_checkout_are_no_difference(repository: Path) -> None:
    """Git may write the schema with the line ends of the machine."""
    text = render_role_schema(PINNED).replace("\n", "\r\n")
    (repository / ROLE_SCHEMA).write_bytes(text.encode())

    check_role_schema(repository, PINNED)


def test_committed_files_are_replaced(committed: Path) -> None:
    """What git has can be brought back."""
    assert pin(committed, PINNED, NEW) == (LOCK, ROLE_SCHEMA)
    assert texts(committed) == (render_lock(NEW), render_role_schema(NEW))


def test_schema_made_from_the_lock_is_no_edit(committed: Path) -> None:
    """A generated schema can be made again, so it may be replaced though no commit has it."""
    pin(committed, PINNED, NEW)
    subprocess.run(["git", "add", LOCK], cwd=committed, check=True)
    subprocess.run(["git", "commit", "--quiet", "--message", "new lock"], cwd=committed, check=True)

    assert pin(committed, NEW, replace(PINNED, version=3)) == (LOCK, ROLE_SCHEMA)


@pytest.mark.parametrize("path", [LOCK, ROLE_SCHEMA])
def test_edits_that_no_commit_has_are_not_overwritten(committed: Path, path: str) -> None:
    """The file is named, and neither of the two is written, whatever was allowed outside git."""
    with (committed / path).open("a", encoding="utf-8") as file:
        file.write("\n")
    before = texts(committed)

    with pytest.raises(UsageProblem) as caught:
        pin(committed, PINNED, NEW, overwrite=True)
    assert caught.value.reasons == (path,)
    assert texts(committed) == before


def test_outside_git_a_lock_is_changed_only_when_allowed(repository: Path) -> None:
    """Nothing keeps the old lock there, with what people wrote into it; a schema made from it is no loss."""
    before = texts(repository)

    with pytest.raises(UsageProblem) as caught:
        pin(repository, PINNED, NEW)
    assert caught.value.reasons == (LOCK,)
    assert "--overwrite" in caught.value.fix
    assert texts(repository) == before

    (repository / LOCK).unlink()
    assert pin(repository, PINNED, NEW) == (LOCK, ROLE_SCHEMA)


def test_tenant_without_role_administration_is_not_pinned(repository: Path) -> None:
    """A lock that does not say who administers roles would switch the lock-out guard off."""
    before = texts(repository)
    without = tuple(c for c in PINNED.categories if c.key != "settings")

    with pytest.raises(UsageProblem, match=r"settings\.roles"):
        pin(repository, PINNED, replace(PINNED, version=2, categories=without), overwrite=True)
    assert texts(repository) == before


ACT = PermissionLevel.ACT
UNPINNABLE = [
    (Permission(key="labs.Preview", name="Preview", level=ACT), '`labs.Preview`, called "Preview": a key has '),
    (Permission(key="labs.a.b", name="Preview", level=ACT), '`labs.a.b`, called "Preview": `labs.a.b` is not `labs.`'),
    (Permission(key="labs.preview", name="P" * 81, level=ACT), '`labs.preview`, called "PPP'),
    (Permission(key="labs.preview", name="", level=ACT), '`labs.preview`, called "": `name` must have 1 to 80'),
    (Permission(key="labs.preview", name="Pre\u202eview", level=ACT), '`labs.preview`, called "Pre\u202eview": '),
    (Permission(key="labs.preview", name="\ud800", level=ACT), '`labs.preview`, called "\ud800": it has half of'),
    (
        Permission(key="labs.preview", name="Preview", level=ACT, requires=("labs.nothing",)),
        "`labs.preview` requires `labs.nothing`, which the lock does not list",
    ),
    (
        Permission(key="labs.preview, name: X, level: view} #", name="Preview", level=ACT),
        '`labs.preview, name: X, level: view} #`, called "Preview": a key has ',
    ),
    (
        Permission(key="labs.preview", name="Preview", level=ACT, requires=("teams.view", "notes.view")),
        "The lock would say something else than the tenant does",
    ),
]


@pytest.mark.parametrize(("permission", "reason"), UNPINNABLE, ids=[str(n) for n in range(len(UNPINNABLE))])
def test_permission_that_could_not_be_read_back_is_named_and_nothing_is_written(
    repository: Path, permission: Permission, reason: str
) -> None:
    """Foreign text cannot break the lock, nor say anything else in it than the tenant said."""
    before = texts(repository)

    with pytest.raises(TenantAnswerUnusable) as caught:
        pin(repository, PINNED, with_category("labs", permission), overwrite=True)

    assert all(told.startswith(reason) for told in caught.value.reasons)
    assert caught.value.reasons
    assert "by hand" in caught.value.fix
    assert texts(repository) == before


@pytest.mark.parametrize(
    ("key", "name", "reasons"),
    [
        ("labs", "N" * 301, ["the category `labs`, called "]),
        ("Labs", "Labs", ["the category `Labs`, called ", "`Labs.preview`, called "]),
        ("la.bs", "Labs", ["`la.bs` is no category key of its own", "`la.bs.preview` is not `la.bs.` and one "]),
    ],
)
def test_category_that_cannot_be_pinned_is_named(repository: Path, key: str, name: str, reasons: list[str]) -> None:
    """Everything that stands in the way is told at once, each thing by its name."""
    permission = Permission(key=f"{key}.preview", name="Preview", level=ACT)
    category = Category(key=key, name=name, permissions=(permission,))

    with pytest.raises(TenantAnswerUnusable) as caught:
        pin(repository, PINNED, replace(PINNED, categories=(*PINNED.categories, category)), overwrite=True)

    assert all(told.startswith(start) for told, start in zip(caught.value.reasons, reasons, strict=True))


def test_several_that_cannot_be_pinned_are_told_at_once(repository: Path) -> None:
    """Nobody has to mend one to hear of the next."""
    bad = [Permission(key=f"labs.{word}", name="", level=ACT) for word in ("one", "two")]
    category = Category(key="labs", name="Labs", permissions=tuple(bad))

    with pytest.raises(TenantAnswerUnusable) as caught:
        pin(repository, PINNED, replace(PINNED, categories=(*PINNED.categories, category)), overwrite=True)

    assert [told[:11] for told in caught.value.reasons] == ["`labs.one`,", "`labs.two`,"]


def test_foreign_labels_are_kept_as_they_are(repository: Path) -> None:
    """Quotes, colons and other alphabets survive the way through the lock."""
    label = 'Vorschau: "neu" \\ プレビュー #1 {x}'
    new = with_category("labs", Permission(key="labs.preview", name=label, level=PermissionLevel.VIEW, sensitive=True))

    pin(repository, PINNED, new, overwrite=True)

    assert load_catalogue(repository) == new


def test_second_file_that_cannot_be_written_is_mended_by_the_next_run(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up between the two leaves a stale schema, which is told, and the next update makes it."""
    write = pinning.replace_file

    def full(path: Path, content: bytes) -> None:
        if path.name == "role.schema.json":
            raise UsageProblem("no space")
        write(path, content)

    monkeypatch.setattr(pinning, "replace_file", full)
    with pytest.raises(UsageProblem):
        pin(repository, PINNED, NEW, overwrite=True)
    with pytest.raises(InputRejected):
        check_role_schema(repository, load_catalogue(repository))

    monkeypatch.setattr(pinning, "replace_file", write)
    assert pin(repository, NEW, NEW, overwrite=True) == (ROLE_SCHEMA,)
