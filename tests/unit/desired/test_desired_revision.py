"""Reading a git revision from its objects."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.desired.git import Blob, GitProblem, list_blobs, read_blobs, resolve
from reconciler.desired.revision import commit, load_base, read_revision
from reconciler.errors import InputRejected, SettingsRejected, UsageProblem
from reconciler.model.finding import GuardSettings

NIGHT = "name: Night Desk\ndescription: Answers what comes in at night\npermissions: {teams: view}\n"


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository of the test."""
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    program = shutil.which("git") or "git"
    done = subprocess.run([program, *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def save(root: Path, **files: str) -> str:
    """Write files, commit everything, and give the id of the commit; two underscores stand for a slash."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give an empty repository."""
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def test_commit_is_that_of_the_checkout(root: Path) -> None:
    """The id of HEAD is given; before the first commit there is none."""
    assert commit(root) is None
    sha = save(root)
    assert commit(root) == sha


def test_no_repository_or_no_git_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a repository and without git there is no commit, and no error."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) is None


def test_misleading_variables_are_ignored(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that point git at another repository do not change the answer."""
    sha = save(root)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))

    assert commit(root) == sha


def test_base_is_read_from_objects_not_from_the_checkout(root: Path) -> None:
    """What the guards compare with is what was committed, whatever the working tree says now."""
    save(root, roles__a_yaml=NIGHT, reconciler_yaml="guards: {min_administrators: 5}\n")
    (root / "roles" / "a.yaml").write_text("broken: [")
    (root / "reconciler.yaml").unlink()

    base = load_base(root, "HEAD", "roles")

    assert base.guards == GuardSettings(min_administrators=5)
    content = base.contents["a"]
    assert content is not None
    assert (content.name, content.permissions) == ("Night Desk", {"teams.view"})


def test_retired_roles_count_as_declared(root: Path) -> None:
    """A retired role of the base is known, without contents."""
    save(root, roles__a_yaml=NIGHT, roles__sub__b_yaml="name: Day Desk\ndescription: Answers by day\nretired: true\n")

    base = load_base(root, "main", "roles")

    assert sorted(base.contents) == ["a", "b"]
    assert base.contents["b"] is None


def test_settings_of_then_name_the_folder_of_then(root: Path) -> None:
    """Where the roles were is read from the settings of that revision."""
    save(root, desk__a_yaml=NIGHT, roles__b_yaml=NIGHT, reconciler_yaml="roles: desk/\n")

    assert list(load_base(root, "HEAD", "roles").contents) == ["a"]


def test_lock_of_then_expands_the_files_of_then(root: Path) -> None:
    """`all` means what it meant in that revision."""
    lock = (
        "version: 1\nrole_administration: teams.view\nstandard_roles: []\ncategories:\n"
        "  - {key: teams, name: Teams, permissions: [{key: teams.view, name: View, level: view}]}\n"
    )
    save(root, roles__a_yaml=NIGHT.replace("view}", "all}"), schemas__permissions_yaml=lock)

    content = load_base(root, "HEAD", "roles").contents["a"]

    assert content is not None
    assert content.permissions == {"teams.view"}


def test_repository_below_the_top_of_git_is_read(root: Path) -> None:
    """The root of the roles may be a folder of a larger repository."""
    save(root, desk__roles__a_yaml=NIGHT, desk__reconciler_yaml="{}\n", roles__b_yaml=NIGHT)

    assert list(load_base(root / "desk", "HEAD", "roles").contents) == ["a"]


def test_pinned_ids_of_then_are_those_of_the_tenant(root: Path) -> None:
    """Ids count for files that were there, in the tenant that is asked for; names of the other files stand alone."""
    pins = 'live: {a: "7", gone: "8"}\nother: {b: "9"}\n'
    day = "name: Day Desk\npreviously: [Dawn Desk]\ndescription: Answers by day\nretired: true\n"
    save(root, roles__a_yaml=NIGHT, roles__b_yaml=day, schemas__ids_yaml=pins)

    base = load_base(root, "HEAD", "roles", tenant="live")

    assert base.names == {"Night Desk", "Day Desk", "Dawn Desk"}
    assert (base.pins, base.unpinned) == ({"a": "7"}, {"Day Desk", "Dawn Desk"})
    assert load_base(root, "HEAD", "roles").unpinned == base.names


def test_pinned_ids_of_then_that_cannot_be_read_are_told(root: Path) -> None:
    """Nothing is made up about what was managed; the message names the revision."""
    save(root, roles__a_yaml=NIGHT, schemas__ids_yaml="live: [a]\n")

    with pytest.raises(InputRejected) as raised:
        load_base(root, "HEAD", "roles", tenant="live")

    assert [problem.path for problem in raised.value.problems] == ["HEAD:schemas/ids.yaml"]


def test_revision_without_files_declares_nothing(root: Path) -> None:
    """Before the first role file nothing was declared, and the guards had their defaults."""
    save(root, README="x")

    base = load_base(root, "HEAD", "roles")

    assert not base.contents
    assert base.guards == GuardSettings()


def test_file_refused_today_counts_as_not_declared(root: Path) -> None:
    """A base file that the rules of now refuse drops out, with those based on it; the guards then ask for more."""
    save(
        root,
        roles__a_yaml=NIGHT,
        roles__b_yaml="name: Test\ndescription: short\n",
        roles__c_yaml="name: Late Desk\ndescription: Answers what comes in late\nbased_on: b\npermissions: {}\n",
    )

    assert list(load_base(root, "HEAD", "roles").contents) == ["a"]


def test_what_the_settings_of_then_tolerated_was_declared(root: Path) -> None:
    """A base file counts by the settings that stood beside it."""
    text = NIGHT.replace("Night Desk", "Test")
    save(root, reconciler_yaml="lint: {generic-name: warn}\n", roles__b_yaml=text)

    assert list(load_base(root, "HEAD", "roles").contents) == ["b"]


def test_base_with_nothing_usable_is_empty(root: Path) -> None:
    """A base of faulty files alone declares nothing."""
    save(root, roles__a_yaml="x: [", roles__b_yaml="- y")

    assert not load_base(root, "HEAD", "roles").contents


def test_faulty_settings_and_lock_of_then_are_errors(root: Path) -> None:
    """Guards of then that cannot be read are never taken for weak ones."""
    save(root, reconciler_yaml="guards: [\n")
    with pytest.raises(SettingsRejected):
        load_base(root, "HEAD", "roles")
    save(root, reconciler_yaml="{}\n", schemas__permissions_yaml="x: 1\n")
    with pytest.raises(InputRejected):
        load_base(root, "HEAD", "roles")


def test_links_and_submodules_are_not_read(root: Path) -> None:
    """Only plain files of a revision are read: no link, no submodule, nothing that can be run."""
    save(root, roles__a_yaml=NIGHT)
    (root / "roles" / "link.yaml").symlink_to("/etc/hostname")
    git(root, "update-index", "--add", "--cacheinfo", "160000", "a" * 40, "roles/module.yaml")
    save(root, roles__run_yaml=NIGHT)
    git(root, "update-index", "--chmod=+x", "roles/run.yaml")
    git(root, "commit", "-q", "-m", "x")

    found = read_revision(root, "HEAD", "roles")

    assert [path for path, _ in found.roles] == ["roles/a.yaml"]


@pytest.mark.parametrize(
    "revision", ["-x", "--help", "--upload-pack=x", "", "a b", "a\nb", "$(id)", "é", "a;b", "x" * 201]
)
def test_revision_that_is_an_option_is_refused(root: Path, revision: str) -> None:
    """A revision cannot become an option of git or anything else than a name."""
    save(root)

    with pytest.raises(UsageProblem, match="characters"):
        load_base(root, revision, "roles")


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~9", "HEAD:roles", "0" * 40])
def test_unknown_revision_is_told(root: Path, revision: str) -> None:
    """A revision that git does not know is a matter of usage, never an empty base."""
    save(root)

    with pytest.raises(UsageProblem, match="cannot read"):
        load_base(root, revision, "roles")


@pytest.mark.parametrize("form", ["HEAD", "main", "v1.0", "main~0", "HEAD^{commit}", "main@{0}"])
def test_ordinary_revision_is_resolved(root: Path, form: str) -> None:
    """Branches, tags, and steps back from them name commits."""
    sha = save(root)
    git(root, "tag", "-a", "-m", "x", "v1.0")

    assert resolve(root, form) == sha


def test_odd_file_names_do_not_confuse_the_listing(root: Path) -> None:
    """Names with line breaks and quotes are listed as they are."""
    odd = 'roles/a\n"b\t.yaml'
    (root / "roles").mkdir()
    (root / odd).write_text("x")
    sha = save(root)

    assert list(list_blobs(root, sha)) == [odd]


def test_object_that_is_no_file_is_refused(root: Path) -> None:
    """Asking for an object that is missing is an error, not an empty file."""
    save(root)

    with pytest.raises(GitProblem):
        read_blobs(root, [Blob("x", "100644", "blob", "a" * 40)])
    assert read_blobs(root, []) == []
