"""Rows 237 to 255: options, keys, settings, the folder a command runs in, and where results go."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable

import pytest
from acceptance.desk import Desk, Ran
from catalogue.duties import KEY, KEY_VARIABLE
from catalogue.rows import Arrange, Row, RunCase
from catalogue.rows_plan import AGENT, reviewed
from catalogue.telling import row

EMBEDDED = "sandbox: {kind: sandbox}"
SETTINGS = "reconciler.yaml"


def wrong(number: int, slug: str, *arguments: str, says: tuple[str, ...] = ()) -> RunCase:
    """Give the case of a command line that cannot be read."""
    return RunCase(row=number, slug=slug, exit=64, code="usage", says=says, arguments=arguments)


def _with_key(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    url = "https://desk.example/api/v1"
    desk.replace(SETTINGS, EMBEDDED, f"sandbox: {{kind: support, url: '{url}', key: 'env:{KEY_VARIABLE}'}}")


def _without_key(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    _with_key(desk, patch)
    patch.delenv(KEY_VARIABLE)


def _key(text: str) -> Arrange:
    def arrange(desk: Desk, patch: pytest.MonkeyPatch) -> None:
        _with_key(desk, patch)
        patch.setenv(KEY_VARIABLE, text)

    return arrange


def settings(slug: str, code: str, change: Callable[[str], str | bytes], number: int = 245) -> RunCase:
    """Give the case of settings that are wrong."""

    def arrange(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
        text = change((desk.folder / SETTINGS).read_text(encoding="utf-8"))
        (desk.folder / SETTINGS).write_bytes(text.encode() if isinstance(text, str) else text)

    return RunCase(row=number, slug=slug, exit=64, code=code, arguments=("plan",), arrange=arrange)


def guard(slug: str, code: str, line: str) -> RunCase:
    """Give the case of one guard that is set to what it cannot be."""
    return settings(slug, code, lambda text: text.replace("min_administrators: 2", line), 246)


def _variables(_desk: Desk, patch: pytest.MonkeyPatch) -> None:
    for name in ("MIN_ADMINISTRATORS", "GUARDS_MIN_ADMINISTRATORS", "NARROWING_PEOPLE", "SENSITIVE_GRANT", "YES"):
        patch.setenv(f"RECONCILER_{name}", "1")
        patch.setenv(f"RECONCILER_PLAN_{name}", "1")
    patch.setenv("RECONCILER_SETTINGS", "elsewhere.yaml")
    patch.setenv("RECONCILER_APPLY_EXPECT", "sha256:0")


def _same_without(desk: Desk, ran: Ran) -> None:
    for name in [name for name in os.environ if name.startswith("RECONCILER_")]:
        del os.environ[name]
    assert ran.out == desk.run("plan", "--format", "json").out


def git(desk: Desk, *arguments: str) -> None:
    """Run git in the repository as nobody in particular."""
    who = {f"GIT_{x}_{y}": "desk@desk.example" for x in ("AUTHOR", "COMMITTER") for y in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=desk.folder, check=True, capture_output=True, env=environment)


def committed(*steps: Callable[[Desk], object]) -> Arrange:
    """Review, commit everything, and then let something happen to the checkout."""

    def arrange(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
        reviewed(desk)
        git(desk, "init", "--quiet", "--initial-branch", "main")
        desk.write(".gitignore", ".reconciler/\nreview.json\n")
        git(desk, "add", "--all")
        git(desk, "commit", "--quiet", "--message", "roles")
        for step in steps:
            step(desk)

    return arrange


def _untracked(desk: Desk) -> None:
    (desk.folder / "roles" / "late.yaml").write_text(
        (desk.folder / AGENT).read_text(encoding="utf-8"), encoding="utf-8"
    )


def _removed(desk: Desk) -> None:
    (desk.folder / "roles" / "beta-tester.yaml").unlink()


def _linked(desk: Desk) -> None:
    (desk.folder / "roles" / "beta-tester.yaml").rename(desk.folder / "elsewhere.yaml")
    (desk.folder / "roles" / "beta-tester.yaml").symlink_to("../elsewhere.yaml")


def _no_commit(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    reviewed(desk)
    git(desk, "init", "--quiet")


def _results_are_links(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    desk.write("precious.txt", "kept\n")
    (desk.folder / "out.json").symlink_to("precious.txt")
    (desk.folder / "dangling.json").symlink_to("nothing.txt")
    (desk.folder / "folder.json").mkdir()


def _kept(desk: Desk, _ran: Ran) -> None:
    assert (desk.folder / "precious.txt").read_text(encoding="utf-8") == "kept\n"
    assert not (desk.folder / "nothing.txt").exists()


def _state_elsewhere(name: str) -> Arrange:
    def arrange(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
        desk.confirm_all()
        elsewhere = desk.folder.parent / f"elsewhere-of-{desk.folder.name}"
        elsewhere.mkdir()
        place = desk.folder / name
        if place.exists():
            place.rename(desk.folder / "before")
        place.symlink_to(elsewhere)

    return arrange


def _nothing_elsewhere(desk: Desk, _ran: Ran) -> None:
    assert list((desk.folder.parent / f"elsewhere-of-{desk.folder.name}").iterdir()) == []


def result(slug: str, *arguments: str) -> RunCase:
    """Give the case of a result that would go where it must not."""
    return RunCase(
        row=254,
        slug=slug,
        exit=64,
        code="usage",
        arguments=arguments,
        arrange=_results_are_links,
        check=_kept,
    )


def _is_an_error(exit_code: int) -> Callable[[Desk, Ran], None]:
    def check(_desk: Desk, ran: Ran) -> None:
        """Check that the error is data of the documented shape, and nothing else is said."""
        error = json.loads(ran.out)["error"]
        assert list(error) == ["code", "exit", "summary", "detail", "reasons", "fix", "problems"]
        assert (error["exit"], ran.err) == (exit_code, "")

    return check


def _broken_role(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    desk.replace("roles/quality-reviewer.yaml", "conversations: view", "conversations: veiw")


def _owner_edited(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    desk.replace("roles/standard/owner.yaml", "modules: all", "modules: none")


def as_data(exit_code: int, code: str, *arguments: str, arrange: Arrange = lambda _desk, _patch: None) -> RunCase:
    """Give the case of an error that is told as data."""
    return RunCase(
        row=255,
        slug=f"exit-{exit_code}",
        exit=exit_code,
        code=code,
        arguments=(*arguments, "--format", "json"),
        arrange=arrange,
        check=_is_an_error(exit_code),
    )


EXPECTED = ("apply", "--yes", "--expect", f"sha256:{'0' * 64}")
REVIEWED = ("apply", "--yes", "--reviewed", "review.json")

RUNS: tuple[RunCase, ...] = (
    wrong(237, "unknown-option", "plan", "--nope"),
    wrong(237, "slip-of-the-pen", "plan", "--exit-cod"),
    wrong(237, "abbreviation", "apply", "--conf", "x=1"),
    wrong(237, "abbreviation-before-the-command", "--sett", "x.yaml", "plan"),
    wrong(237, "unknown-command", "plna"),
    wrong(237, "no-value", "plan", "--base"),
    wrong(237, "too-many-arguments", "plan", "roles/"),
    wrong(239, "two-tenants", "--tenant", "sandbox", "--tenant", "other", "plan", says=("--tenant was given twice",)),
    wrong(239, "two-bases", "plan", "--base", "HEAD", "--base", "HEAD~1", says=("--base was given twice",)),
    wrong(239, "two-files", "plan", "--out", "a.json", "--out", "b.json"),
    wrong(239, "two-formats", "plan", "--format", "json", "--format", "text"),
    wrong(239, "two-reasons", "confirm", "x", "--reason", "a", "--reason", "b", says=("--reason was given twice",)),
    wrong(239, "two-digests", "apply", "--yes", "--expect", "sha256:1", "--expect", "sha256:2"),
    RunCase(
        row=240, slug="no-key", exit=64, code="usage", says=(KEY_VARIABLE,), arguments=("plan",), arrange=_without_key
    ),
    RunCase(row=240, slug="no-key-for-apply", exit=64, arguments=("apply", "--yes"), arrange=_without_key),
    RunCase(row=240, slug="blank-key", exit=64, code="usage", arguments=("plan",), arrange=_key("   ")),
    RunCase(
        row=240, slug="key-of-two-lines", exit=64, code="usage", arguments=("plan",), arrange=_key(f"{KEY}\n{KEY}")
    ),
    RunCase(row=240, slug="key-beyond-ascii", exit=64, code="usage", arguments=("plan",), arrange=_key(f"{KEY}é")),
    *(wrong(242, f"option{option}", "plan", option, KEY) for option in ("--key", "--api-key", "--token", "--password")),
    wrong(243, "no-option-for-a-file", "plan", "--key-file", "key.txt"),
    settings(
        "a-file-instead-of-a-variable",
        "settings.key",
        lambda t: t.replace(EMBEDDED, "sandbox: {kind: support, url: 'https://desk.example/api', key: 'file:key.txt'}"),
        243,
    ),
    settings("key-twice", "yaml.duplicate-key", lambda text: f"{text}\nroles: roles/\n"),
    settings("alias", "yaml.alias", lambda text: text.replace("roles: roles/", "roles: &a roles/")),
    settings("tag", "yaml.tag", lambda text: text.replace("roles: roles/", "roles: !include roles/")),
    settings("two-documents", "yaml.multi-document", lambda text: f"{text}\n---\nroles: roles/\n"),
    settings("tab", "yaml.tab", lambda text: f"{text}\n\tlint: {{}}\n"),
    settings("mark-at-the-start", "file.encoding", lambda text: b"\xef\xbb\xbf" + text.encode()),
    settings("sixteen-bits", "file.encoding", lambda text: text.encode("utf-16")),
    settings("empty", "yaml.empty", lambda _: ""),
    settings("nested-deeply", "yaml.depth", lambda text: f"{text}\nlint: {'[' * 500}{']' * 500}\n"),
    settings("list", "schema.type", lambda _: "- roles\n"),
    settings("reversing-character", "text.bidi", lambda text: text.replace("roles: roles/", "roles: 'ro\u202eles/'")),
    settings("unknown-field", "schema.unknown-key", lambda text: f"{text}\nguard: {{}}\n", 246),
    guard("unknown-guard", "schema.unknown-key", "min_admins: 2"),
    guard("nobody", "schema.range", "min_administrators: 0"),
    guard("less-than-nobody", "schema.range", "min_administrators: -1"),
    guard("number-as-text", "schema.type", 'min_administrators: "2"'),
    guard("yes-instead-of-a-number", "schema.type", "min_administrators: true"),
    guard("more-than-anybody-has", "schema.range", "min_administrators: 1000000000"),
    guard("part-of-a-person", "schema.type", "min_administrators: 1.5"),
    guard("nothing", "yaml.null", "min_administrators:"),
    RunCase(
        row=249,
        slug="variables-for-guards",
        exit=0,
        arguments=("plan", "--format", "json"),
        arrange=_variables,
        check=_same_without,
    ),
    wrong(249, "option-for-a-guard", "plan", "--min-administrators", "1"),
    RunCase(
        row=252, slug="no-repository", exit=64, code="usage", arguments=("apply", "--yes", "--require-tip", "main")
    ),
    RunCase(row=252, slug="no-repository-for-a-base", exit=64, code="usage", arguments=("plan", "--base", "HEAD")),
    RunCase(row=252, slug="no-commit", exit=64, code="usage", arguments=REVIEWED, arrange=_no_commit),
    RunCase(
        row=252,
        slug="clean-and-detached",
        exit=0,
        arguments=REVIEWED,
        arrange=committed(lambda desk: git(desk, "checkout", "--quiet", "--detach")),
    ),
    *(
        RunCase(
            row=252,
            slug=f"dirty-{slug}",
            exit=64,
            code="usage",
            says=(path,),
            arguments=REVIEWED,
            arrange=committed(step),
        )
        for slug, path, step in (
            ("role", AGENT, lambda desk: desk.replace(AGENT, "    - bulk_tag\n", "")),
            ("settings", SETTINGS, lambda desk: desk.replace(SETTINGS, "people: 10}", "people: 100}")),
            (
                "confirmations",
                "confirmations.yaml",
                lambda desk: desk.replace("confirmations.yaml", "announced", "told"),
            ),
            (
                "lock",
                "schemas/permissions.yaml",
                lambda desk: desk.replace("schemas/permissions.yaml", "sensitive: true", "sensitive: false"),
            ),
            ("untracked-role", "roles/late.yaml", _untracked),
            ("removed-role", "roles/beta-tester.yaml", _removed),
            ("linked-role", "roles/beta-tester.yaml", _linked),
        )
    ),
    result("link", "plan", "--format", "json", "--out", "out.json"),
    result("link-to-nothing", "plan", "--format", "json", "--out", "dangling.json"),
    result("folder", "plan", "--format", "json", "--out", "folder.json"),
    result("link-for-a-matrix", "matrix", "--format", "csv", "--out", "out.json"),
    result("link-for-names", "plan", "--notice", "--names", "out.json"),
    *(
        RunCase(
            row=254,
            slug=slug,
            exit=64,
            code="usage",
            says=("symbolic link",),
            arguments=("apply", "--yes"),
            arrange=_state_elsewhere(place),
            check=_nothing_elsewhere,
        )
        for slug, place in (("state-is-a-link", ".reconciler"), ("journal-is-a-link", ".reconciler/journal"))
    ),
    as_data(3, "input", "plan", arrange=_broken_role),
    as_data(4, "refused", "apply", "--yes", arrange=_owner_edited),
    as_data(5, "confirmation", "apply", "--yes"),
    as_data(6, "stale", *EXPECTED),
    as_data(64, "usage", "plan", "--nope"),
)

ROWS: tuple[Row, ...] = (
    row(237, "an unknown option or command, a slip of the pen, an abbreviation", "64", "`usage`, never 2"),
    row(239, "an option given twice", "64", "`usage`, whatever the values are"),
    row(
        240,
        "no key, a blank one, one that no header can carry",
        "64",
        "`usage` with the name of the variable",
        "acceptance/test_acceptance_workflows_plan.py::test_fork_is_validated_and_planned_only_for_the_commit_a_maintainer_labelled",
        reason="Pull requests of forks are validated without a key by a workflow of their own; no mode ends with 0 for "
        "a missing key",
    ),
    row(242, "the key as an argument", "64", "`usage`, there is no such option, and the argument is not shown"),
    row(
        243,
        "a key file that others can read, a link, a pipe, missing",
        "64",
        "`usage` and `settings.key`",
        reason="There are no key files: a key comes from the variable that the settings name, and from nowhere else",
    ),
    row(245, "settings with the faults of role files", "64", "the codes of the same loader"),
    row(
        246,
        "unknown fields, values of another type or out of range",
        "64",
        "`schema.unknown-key`, `schema.type`, `schema.range`",
        reason="One administrator is the least that the settings take: a desk with a single owner exists, and two are "
        "the default",
    ),
    row(249, "guards set by variables or options", "0; 64", "variables change nothing; there is no such option"),
    row(
        251,
        "`yaml.py` and the like beside the roles",
        "0",
        "not imported",
        "threats/test_threats_code.py::test_t03_no_module_beside_the_roles_is_run",
    ),
    row(
        252,
        "no repository, a shallow or detached checkout, uncommitted edits",
        "64 or 0",
        "`usage` with the files",
        "acceptance/test_acceptance_reviewed.py::test_shallow_checkout_is_told_what_it_lacks",
        reason="What was reviewed is applied from its commit alone; a detached checkout is one. Without `--reviewed` "
        "and `--require-tip` somebody applies what they see, and the digest binds it",
    ),
    row(
        254,
        "a result that is a folder or a link, a state folder that is a link",
        "64",
        "`usage`; nothing is written through a link",
        "acceptance/test_acceptance_edges.py::test_no_result_replaces_a_file_of_the_repository",
        reason="A plain file is replaced, as `--out` is for that, but never one of the repository",
    ),
    row(255, "errors with `--format json`", "same", "one document with code, exit, reasons, fix and problems"),
)
