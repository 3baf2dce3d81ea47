"""A repository from nothing, through the command line."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from acceptance.desk import PROJECT, Ran

from reconciler.cli.main import run

pytestmark = pytest.mark.sockets


class Place:
    """An empty folder and the command line run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def run(self, *arguments: str) -> Ran:
        """Run one command line in this process."""
        self._capsys.readouterr()
        code = run(arguments)
        printed = self._capsys.readouterr()
        return Ran(code=int(code), out=printed.out, err=printed.err)

    def files(self) -> dict[str, bytes]:
        """Give every file but the embedded tenant's."""
        found = (p for p in self.folder.rglob("*") if p.is_file() and ".reconciler" not in p.parts)
        return {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in found}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    """Give an empty folder as the working directory."""
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, capsys)


def test_init_in_an_empty_folder_validates_and_plans_at_once(place: Place) -> None:
    """Init, validate, plan: no edit between them, no tenant and no key to set up."""
    ran = place.run("init")

    assert ran.code == 0
    assert ran.out.startswith("Made in .\n  reconciler.yaml\n")
    assert ran.out.endswith("Next:  reconciler validate\nThen:  reconciler plan\n")
    assert place.run("validate", "--strict").out == "6 role files, no problems\n"
    plan = place.run("plan", "--format", "json")
    assert plan.code == 0
    assert {"agent": "update", "quality-reviewer": "create"} == {c["role"]: c["action"] for c in plan.data["changes"]}


def test_init_lists_every_file_it_made(place: Place) -> None:
    """The list is what is there, and each file is the one that the program ships."""
    told = place.run("init", "--format", "json").data

    assert sorted(told["made"]) == sorted(place.files())
    assert told["left"] == []
    for path in ("reconciler.yaml", "roles/standard/agent.yaml", "schemas/role.schema.json"):
        assert (PROJECT / path).read_bytes() == place.files()[path]


def test_init_again_touches_nothing(place: Place) -> None:
    """What is there is left to the byte, and listed."""
    place.run("init")
    (place.folder / "reconciler.yaml").write_text("roles: roles/\n", encoding="utf-8")
    before = place.files()

    ran = place.run("init")

    assert ran.code == 0
    assert "Nothing to make in .\nLeft as it was\n  reconciler.yaml\n" in ran.out
    assert before == place.files()


def test_init_adopts_the_roles_of_the_tenant(place: Place) -> None:
    """With --adopt the files say what is live, so the first plan has nothing to do."""
    ran = place.run("init", "--adopt", "desk")

    assert ran.code == 0
    assert "  roles/night-shift.yaml\n" in ran.out
    assert "Next:  cd desk\n" in ran.out
    assert "roles/quality-reviewer.yaml" not in ran.out
    assert place.run("--settings", "desk/reconciler.yaml", "validate").code == 0
    plan = place.run("--settings", "desk/reconciler.yaml", "plan", "--exit-code")
    assert (plan.code, plan.out.splitlines()[0]) == (0, "sandbox: Nothing to do: the tenant is as the files say")


def test_init_adopts_nothing_where_roles_are(place: Place) -> None:
    """Role files of somebody's own are left alone, with the command that would add the others."""
    place.run("init")
    before = place.files()

    ran = place.run("init", "--adopt")

    assert "reconciler adopt" in ran.out
    assert before == place.files()
    assert not (place.folder / ".reconciler").exists()


def test_init_says_which_roles_it_could_not_adopt(place: Place) -> None:
    """A live role that no file can say is named with the reason, and the others are adopted."""
    place.run("init")
    (place.folder / "reconciler.yaml").write_text("roles: mine/\n", encoding="utf-8")
    (place.folder / "schemas" / "permissions.yaml").unlink()
    lock = (PROJECT / "schemas" / "permissions.yaml").read_text(encoding="utf-8")
    lock = lock.replace("  - {name: Reader, editable: true}\n", "")
    (place.folder / "schemas" / "permissions.yaml").write_text(lock, encoding="utf-8")

    ran = place.run("init", "--adopt")

    assert ran.code == 0
    assert 'Note: "Reader" was left out: ' in ran.out
    assert "  mine/standard/agent.yaml\n" in ran.out


def test_roles_that_the_settings_would_refuse_are_not_made(place: Place) -> None:
    """Beside settings that make advice an error, nothing is written before somebody has decided; then all of it."""
    settings = place.folder / "reconciler.yaml"
    settings.write_text("lint:\n  sensitive-without-owner: error\n", encoding="utf-8")

    ran = place.run("init", "--adopt")

    assert ran.code == 3
    assert ran.err.startswith("error[lint.sensitive-without-owner] roles/billing-specialist.yaml: ")
    assert "fix: Write `sensitive-without-owner: warn` below `lint:` in reconciler.yaml until the files are" in ran.err
    assert list(place.files()) == ["reconciler.yaml"]

    settings.write_text("lint:\n  sensitive-without-owner: warn\n", encoding="utf-8")
    assert place.run("init", "--adopt").code == 0
    assert place.run("validate").code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["init", ".git/desk"], "inside .git"),
        (["init", "file"], "no folder"),
        (["init", "link"], "symbolic link"),
        (["--settings", "other.yaml", "init"], "--settings"),
        (["--tenant", "nowhere", "init", "--adopt", "desk"], "no tenant"),
    ],
    ids=" ".join,
)
def test_init_refuses_what_is_no_place_for_a_repository(place: Place, arguments: list[str], told: str) -> None:
    """Inside .git, a file and a link are refused, and so is an option that means another place."""
    (place.folder / "file").write_text("", encoding="utf-8")
    (place.folder / "real").mkdir()
    (place.folder / "link").symlink_to(place.folder / "real")

    ran = place.run(*arguments)

    assert ran.code == 64
    assert told in ran.err
    assert {"file"} == set(place.files())


def test_init_stopped_by_the_tenant_has_made_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenant that cannot be read leaves no half of a repository; its settings alone were there before."""
    settings = (
        "tenants:\n  desk: {kind: support, url: 'http://127.0.0.1:9', key: 'env:DESK_KEY'}\ndefault_tenant: desk\n"
    )
    (place.folder / "reconciler.yaml").write_text(settings, encoding="utf-8")
    monkeypatch.delenv("DESK_KEY", raising=False)

    ran = place.run("init", "--adopt")

    assert ran.code == 64
    assert "DESK_KEY" in ran.err
    assert place.files() == {"reconciler.yaml": settings.encode()}


@pytest.mark.parametrize("adopting", [[], ["--adopt"]], ids=["examples", "adopt"])
def test_init_with_things_in_the_way_makes_nothing(place: Place, adopting: list[str]) -> None:
    """A file named like a folder of the repository is found first, every one of them is named, and nothing is made."""
    for name in ("schemas", ".github", "roles"):
        (place.folder / name).write_text("mine", encoding="utf-8")

    ran = place.run("init", *adopting)

    assert ran.code == 64
    assert ran.err == (
        "error[usage] Usage or settings: Something else is in the place of a folder or a file; nothing was written\n"
        "  .github is a file, and a folder is needed\n"
        "  roles is a file, and a folder is needed\n"
        "  schemas is a file, and a folder is needed\n"
        "  fix: Move it out of the way, then run the command again\n"
    )
    assert place.files() == dict.fromkeys(("schemas", ".github", "roles"), b"mine")


@pytest.mark.parametrize("adopting", [[], ["--adopt"]], ids=["examples", "adopt"])
def test_init_with_a_note_among_the_roles_names_it(place: Place, adopting: list[str]) -> None:
    """A folder with a note in it has no roles; the note would be refused by `validate`, so it is told first."""
    (place.folder / "roles").mkdir()
    (place.folder / "roles" / "note.txt").write_text("mine", encoding="utf-8")

    ran = place.run("init", *adopting)

    assert ran.code == 3
    assert ran.err.startswith("error[file.extension] roles/note.txt: ")
    (place.folder / "roles" / "note.txt").rename(place.folder / "note.txt")
    assert place.run("init", *adopting).code == 0
    assert place.run("validate").code == 0


def test_init_below_the_top_of_git_is_checked_by_the_moved_workflow(place: Place) -> None:
    """The files for GitHub work where the note says to move them."""
    subprocess.run(["git", "init", "--quiet"], cwd=place.folder, check=True)

    ran = place.run("init", "desk")
    (place.folder / "desk" / ".github").rename(place.folder / ".github")

    assert "Note: GitHub reads .github/ at the top of the git repository only: move it there\n" in ran.out
    workflow = yaml.safe_load((place.folder / ".github/workflows/roles-validate.yml").read_text(encoding="utf-8"))
    line = workflow["jobs"]["validate"]["steps"][-1]["run"].replace("$SETTINGS", workflow["env"]["SETTINGS"])
    assert place.run(*shlex.split(line)[1:]).code == 0


def test_init_keeps_the_embedded_tenant_out_of_git(place: Place) -> None:
    """After init and a plan, git sees the files of the repository and nothing of the tenant."""
    subprocess.run(["git", "init", "--quiet"], cwd=place.folder, check=True)
    made = place.run("init", "--format", "json").data["made"]
    place.run("plan")

    seen = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=place.folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()

    assert sorted(made) == sorted(seen)
