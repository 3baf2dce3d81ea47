"""`ci plan` against real repositories: what it plans, what it refuses, and what it leaves to be published."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile

import pytest
from acceptance.desk import Desk
from acceptance.proposals import AGENT, TAKEN, Made, Proposals
from fakes.git import a_repository
from fakes.wire import ScriptedServer, Step, reply

pytestmark = [pytest.mark.sockets, pytest.mark.usefixtures("git")]


@pytest.fixture
def proposals(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Proposals:
    """Give a settled tenant, a remote with the files it is as, and an author's clone."""
    desk.settle()
    return Proposals(desk, tmp_path_factory.mktemp("outside"))


def stopped(made: Made, code: int, verdict: str) -> str:
    """Check that a run left everything but a plan, and give its comment."""
    assert made.ran.code == code, made.ran.err
    assert made.names == ["comment.md", "review.json"]
    assert (made.review["digest"], made.review["changes"]) == (None, None)
    assert made.review["verdict"] == verdict
    assert made.text("comment.md").startswith("<!-- reconciler:plan -->\n")
    assert tempfile.gettempdir() not in made.text("comment.md") + made.ran.out + made.ran.err
    return made.text("comment.md")


def paths(made: Made) -> list[str]:
    """Give the files that annotations stand at."""
    return re.findall(r"^::error file=([^,]*)", made.ran.out, re.MULTILINE)


def test_pull_request_is_planned_as_it_would_be_after_the_merge(proposals: Proposals) -> None:
    """The plan is the one of the merged files, bound to the commits of both sides, and the tenant sees no write."""
    head = proposals.propose({AGENT: proposals.narrowed()})
    writes = proposals.desk.writes()

    made = proposals.plan(head)

    assert made.ran.code == 0
    assert made.planned == (("update", "agent"),)
    assert made.names == ["comment.md", "plan.html", "plan.json", "review.json"]
    assert (made.review["head"], made.review["base"]) == (head, proposals.trusted.head)
    assert made.review["digest"] == made.plan["digest"]
    assert made.review["verdict"] == "unconfirmed"
    assert made.review["labels"] == ["roles: narrows access"]
    assert made.plan["commit"] == head
    assert made.plan["changes"][0]["introduced_by"] == "this change"
    assert made.review["digest"] in made.text("comment.md")
    assert f"::warning file={AGENT},line=" in made.ran.out
    assert proposals.desk.writes() == writes
    assert proposals.trusted.git("status", "--porcelain") == ""


def test_nothing_to_do_is_a_plan_too(proposals: Proposals) -> None:
    """A change of other files has a digest, so that it can be applied without a question."""
    made = proposals.plan(proposals.propose({"README.md": "words\n"}))

    assert made.ran.code == 0
    assert (made.review["verdict"], made.review["changes"]) == ("no-changes", [])
    assert made.review["labels"] == ["roles: no changes"]


def test_branch_that_is_behind_shows_only_what_its_merge_does(proposals: Proposals) -> None:
    """What main got and applied since is neither shown nor taken back."""
    head = proposals.propose({AGENT: proposals.narrowed()})
    text = proposals.read("roles/standard/team-lead.yaml")
    proposals.move_main({"roles/standard/team-lead.yaml": text.replace("description: ", "description: New. ")})
    assert proposals.desk.plan()["summary"]["update"] == 1
    proposals.desk.settle()

    made = proposals.plan(head)

    assert made.planned == (("update", "agent"),)


def test_confirmation_in_a_second_commit_keeps_the_digest(proposals: Proposals) -> None:
    """The yes is part of the merged files, and the plan is the same and ready."""
    first = proposals.plan(proposals.propose({AGENT: proposals.narrowed()}))
    finding = first.plan["findings"][0]
    digest = first.review["digest"]
    entry = f"- {{id: {finding['confirmation']}, people_at_most: 42, reason: agreed, expires: '2099-01-01'}}\n"

    made = proposals.plan(proposals.propose({"confirmations.yaml": entry}))

    assert (made.review["digest"], made.review["verdict"]) == (digest, "ready")


def test_commit_of_a_fork_leaves_no_trace_in_the_checkout(proposals: Proposals) -> None:
    """It is on no branch of the remote; afterwards no ref, file or setting of the checkout has changed."""
    proposals.author.start("fork", "origin/main")
    head = proposals.author.save({AGENT: proposals.narrowed(), "conftest.py": "raise SystemExit", ".env": "X=1"})
    proposals.open(head, 8)
    before = [proposals.trusted.git(*command) for command in (("for-each-ref",), ("config", "--list"))]

    made = proposals.plan(head, pull=8)

    assert made.planned == (("update", "agent"),)
    assert [proposals.trusted.git(*command) for command in (("for-each-ref",), ("config", "--list"))] == before
    assert proposals.trusted.git("status", "--porcelain") == ""


def test_force_push_between_event_and_fetch_is_superseded(proposals: Proposals) -> None:
    """The run for the older commit plans nothing, and takes away what an earlier run of it left."""
    head = proposals.propose({AGENT: proposals.narrowed()})
    assert "plan.json" in proposals.plan(head).names
    proposals.propose({"README.md": "newer\n"})

    made = proposals.plan(head)

    assert "Superseded" in stopped(made, 6, "failed")
    assert made.review["head"] == head


def test_conflict_is_a_problem_of_each_file(proposals: Proposals) -> None:
    """Exit 3, with an annotation on each path."""
    head = proposals.propose({AGENT: proposals.narrowed(), "README.md": "theirs\n"})
    proposals.move_main({AGENT: "ours\n", "README.md": "ours\n"})

    made = proposals.plan(head)

    assert "`merge.conflict`" in stopped(made, 3, "rejected")
    assert paths(made) == ["README.md", AGENT]
    assert made.review["title"] == "Files rejected, 2 problems"


def test_everything_wrong_is_told_at_once(proposals: Proposals) -> None:
    """What may not be taken over and what is wrong inside the other files, with paths of the repository."""
    proposals.author.start("feature", "origin/main")
    proposals.author.save({"roles/broken.yaml": "name: [\n", "roles/conftest.py": "import os\n"})
    hostile = 'roles/a"$(touch pwn)`id`;# ::set-output name=go::true\n##[x].yaml'
    head = proposals.author.save_tree(
        {
            "roles/link.yaml": ("120000", "/proc/self/environ"),
            "roles/tool.yaml": ("100755", "x"),
            "roles/sub": ("160000", proposals.author.head),
            "roles/huge.yaml": ("100644", "#" * 300_000),
            hostile: ("100644", "x"),
        }
    )
    proposals.open(head)

    made = proposals.plan(head)

    comment = stopped(made, 3, "rejected")
    wanted = ("broken.yaml", "conftest.py", "huge.yaml", "link.yaml", "sub", "tool.yaml")
    assert [name for name in wanted if f"roles/{name}" not in comment] == []
    assert [name for name in wanted if f"roles/{name}" not in paths(made)] == []
    assert made.review["title"] == "Files rejected, 7 problems"
    assert "set-output" not in {line[2:12] for line in (made.ran.out + made.ran.err).splitlines()}
    assert "##[" not in made.ran.out + made.ran.err + comment
    assert not list(proposals.outside.rglob("pwn")) + list(proposals.desk.folder.rglob("pwn"))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"schemas/permissions.yaml": "version: [\n"}, ["roles/link.yaml", "schemas/permissions.yaml"]),
        ({"reconciler.yaml": "guards: [\n"}, ["roles/link.yaml"]),
    ],
    ids=["lock", "settings"],
)
def test_what_may_not_be_taken_is_told_whatever_else_is_wrong(
    proposals: Proposals, files: dict[str, str | None], told: list[str]
) -> None:
    """A broken lock is told beside it; with broken settings it stands alone, because nothing else can be read."""
    proposals.author.start("feature", "origin/main")
    proposals.author.save(files)
    head = proposals.author.save_tree({"roles/link.yaml": ("120000", "/etc/passwd")})
    proposals.open(head)

    made = proposals.plan(head)

    stopped(made, 3, "rejected")
    assert sorted(set(paths(made))) == told


ADDRESS = "http://127.0.0.1:9/api/v1"
REAL = """\
tenants:
  sandbox: {kind: sandbox}
  real: {kind: support, url: 'http://127.0.0.1:9/api/v1', key: env:RECONCILER_TEST_KEY}
default_tenant: real
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ADDRESS, "http://127.0.0.1:10/api/v1"),
        ("env:RECONCILER_TEST_KEY", "env:PATH"),
        ("{kind: support, url: 'http://127.0.0.1:9/api/v1', key: env:RECONCILER_TEST_KEY}", "{kind: sandbox}"),
        ("default_tenant: real", "default_tenant: sandbox"),
    ],
    ids=["address", "key", "kind", "choice"],
)
def test_change_cannot_have_the_key_sent_elsewhere(
    proposals: Proposals, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """Another address, kind, variable or tenant is refused before anybody is asked (T13)."""
    monkeypatch.setenv("RECONCILER_TEST_KEY", "a-key-that-nobody-else-may-see")
    proposals.move_main({"reconciler.yaml": REAL})
    proposals.author.git("pull", "--quiet")
    head = proposals.propose({"reconciler.yaml": REAL.replace(before, after)})

    made = proposals.plan(head)

    assert "Merge that alone first" in stopped(made, 64, "failed")
    assert "a-key-that" not in made.ran.out + made.ran.err


def test_tenant_that_was_asked_for_by_name_has_to_stay(proposals: Proposals) -> None:
    """A change that takes the tenant away, or gives it another kind, is not planned for it."""
    proposals.move_main({"reconciler.yaml": REAL})
    proposals.author.git("pull", "--quiet")
    gone = proposals.propose({"reconciler.yaml": "tenants: {other: {kind: sandbox}}\ndefault_tenant: other\n"})

    made = proposals.plan(gone, "--tenant", "sandbox")

    stopped(made, 64, "failed")
    kept = proposals.propose({"reconciler.yaml": REAL.replace("default_tenant: real", "default_tenant: sandbox")})
    assert proposals.plan(kept, "--tenant", "sandbox").ran.code == 0


def test_guard_that_the_change_weakens_still_judges_it(proposals: Proposals) -> None:
    """The stricter of both sides counts, one merge long (T22)."""
    settings = proposals.read("reconciler.yaml").replace("narrowing: {people: 10}", "narrowing: {people: 1000}")
    head = proposals.propose({AGENT: proposals.narrowed(), "reconciler.yaml": settings})

    made = proposals.plan(head)

    assert made.review["verdict"] == "unconfirmed"
    assert {finding["guard"] for finding in made.plan["findings"]} == {"narrowing", "settings"}


def test_settings_that_are_broken_are_told_to_the_author(proposals: Proposals) -> None:
    """Wrong settings of the change are problems of its file."""
    made = proposals.plan(proposals.propose({"reconciler.yaml": "guards: {min_administrators: none}\n"}))

    stopped(made, 64, "rejected")
    assert paths(made) == ["reconciler.yaml"]


def test_settings_that_are_gone_are_no_defaults(proposals: Proposals) -> None:
    """Without the file there are no guards to trust, so nothing is planned."""
    stopped(proposals.plan(proposals.propose({"reconciler.yaml": None})), 64, "failed")


def test_lock_of_the_change_is_the_one_that_counts(proposals: Proposals) -> None:
    """Its files mean what they will mean after the merge."""
    lock = proposals.read("schemas/permissions.yaml")
    key = "conversations.bulk_tag"
    assert f"key: {key}," in lock
    shorter = "".join(line for line in lock.splitlines(keepends=True) if f"key: {key}," not in line)
    head = proposals.propose({"schemas/permissions.yaml": shorter})

    made = proposals.plan(head)

    stopped(made, 3, "rejected")
    assert AGENT in paths(made)


def test_lock_that_became_a_link_is_not_the_shipped_one(proposals: Proposals) -> None:
    """A lock that cannot be read is not replaced by another without a word."""
    proposals.author.start("feature", "origin/main")
    proposals.author.git("rm", "-r", "--quiet", "schemas")
    proposals.author.save()
    head = proposals.author.save_tree({"schemas": ("120000", "/elsewhere")})
    proposals.open(head)

    made = proposals.plan(head)

    stopped(made, 3, "rejected")
    assert paths(made) == ["schemas"]


def test_roles_that_are_all_gone_are_not_planned(proposals: Proposals) -> None:
    """Git keeps no empty folder; that is refused as such and not as a mistake in the settings."""
    proposals.author.start("feature", "origin/main")
    proposals.author.git("rm", "-r", "--quiet", "roles")
    head = proposals.author.save()
    proposals.open(head)

    assert "No role files" in stopped(proposals.plan(head), 4, "rejected")


def test_plan_that_a_guard_blocks_is_a_plan(proposals: Proposals) -> None:
    """Exit 4, with everything to read."""
    text = proposals.read("roles/standard/analytics.yaml")
    head = proposals.propose({"roles/standard/analytics.yaml": f"{text}retired: true\n"})

    made = proposals.plan(head)

    assert made.ran.code == 4
    assert (made.review["verdict"], "plan.json" in made.names) == ("blocked", True)
    assert "roles: blocked" in made.review["labels"]


def test_tenant_that_cannot_be_read_is_told_too(proposals: Proposals, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 7, and the author reads why there is no plan."""
    monkeypatch.setenv("RECONCILER_TEST_KEY", "a-key-that-nobody-else-may-see")
    with ScriptedServer(Step(request="GET /me", reply=reply(401, {"error": "unauthorized"}))) as server:
        proposals.move_main({"reconciler.yaml": REAL.replace(ADDRESS, server.url)})
        proposals.author.git("pull", "--quiet")

        made = proposals.plan(proposals.propose({"README.md": "x\n"}))

    assert "a-key-that" not in stopped(made, 7, "failed")


def test_another_address_in_a_change_hears_nothing(proposals: Proposals, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the tenant nor the one that the change names is asked."""
    monkeypatch.setenv("RECONCILER_TEST_KEY", "a-key-that-nobody-else-may-see")
    with ScriptedServer() as trusted, ScriptedServer() as other:
        proposals.move_main({"reconciler.yaml": REAL.replace(ADDRESS, trusted.url)})
        proposals.author.git("pull", "--quiet")
        head = proposals.propose({"reconciler.yaml": REAL.replace(ADDRESS, other.url)})

        stopped(proposals.plan(head), 64, "failed")

        assert (trusted.connections, other.connections) == (0, 0)


def test_run_that_breaks_off_leaves_a_word(proposals: Proposals, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours, or a job that is killed, is not taken for the plan of an earlier run."""
    head = proposals.propose({AGENT: proposals.narrowed()})
    assert "plan.json" in proposals.plan(head).names

    def broken(*_: object) -> object:
        raise RuntimeError

    monkeypatch.setattr("reconciler.operations.plan.plan", broken)

    made = proposals.plan(head)

    assert "The plan did not finish" in stopped(made, 70, "failed")
    assert made.review["head"] == head


def test_commit_that_is_here_needs_no_pull_request(proposals: Proposals) -> None:
    """Elsewhere than on GitHub, any revision of the checkout can be planned, and nothing is asked of a remote."""
    head = proposals.propose({AGENT: proposals.narrowed()})
    proposals.trusted.git("fetch", "--quiet", "origin", "refs/pull/7/head:refs/heads/theirs")
    proposals.trusted.git("remote", "set-url", "origin", (proposals.outside / "gone").as_uri())

    made = proposals.plan("theirs", pull=None)

    assert made.planned == (("update", "agent"),)
    assert made.review["head"] == head


@pytest.mark.parametrize(("head", "pull"), [("main", 7), ("a" * 39, 7), ("no-such-branch", None), ("-x", None)])
def test_commit_has_to_be_named_in_full_where_it_is_fetched(proposals: Proposals, head: str, pull: int | None) -> None:
    """A name could mean another commit by the time it is fetched; an unknown one means none."""
    made = proposals.plan(head, pull=pull)

    stopped(made, 64, "failed")
    assert made.review["head"] is None


def test_outside_a_repository_there_is_nothing_to_merge_into(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkout is what everything is judged by, so there has to be one."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(desk.folder.parent))
    shutil.rmtree(desk.folder / ".git")
    out = tmp_path_factory.mktemp("outside") / "plan"

    ran = desk.run("ci", "plan", "--head", "HEAD", "--out", str(out))

    assert ran.code == 64
    assert "HEAD" in (out / "comment.md").read_text()


def test_outputs_and_summary_are_those_of_the_run(proposals: Proposals, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digest and verdict go to the later steps, the comment to the summary; also where there is no plan."""
    told = {name: proposals.outside / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for name, path in told.items():
        monkeypatch.setenv(name, str(path))

    digest = proposals.plan(proposals.propose({AGENT: proposals.narrowed()})).review["digest"]
    stopped(proposals.plan(proposals.propose({AGENT: "x"})), 3, "rejected")

    assert told["GITHUB_OUTPUT"].read_text().split() == [
        f"digest={digest}",
        "verdict=unconfirmed",
        "digest=",
        "verdict=rejected",
    ]
    assert told["GITHUB_STEP_SUMMARY"].read_text().count("<!-- reconciler:plan -->") == 2


@pytest.mark.parametrize("place", ["roles/plan", "schemas", ".git/x", "reconciler.yaml"])
def test_results_never_land_in_the_files_that_are_read(proposals: Proposals, place: str) -> None:
    """A folder that belongs to the repository of roles is refused, and so is a file."""
    before = proposals.trusted.git("status", "--porcelain", "--ignored")

    ran = proposals.desk.run("ci", "plan", "--head", "HEAD", "--out", place)

    assert ran.code == 64
    assert proposals.trusted.git("status", "--porcelain", "--ignored") == before


def test_no_program_of_the_change_or_of_the_checkout_runs(proposals: Proposals) -> None:
    """Hooks, attributes and filters have no say over a commit of somebody else (T3)."""
    canary = proposals.outside / "canary"
    hooks = proposals.desk.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-merge", "post-checkout", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch '{canary}'\n")
        (hooks / name).chmod(stat.S_IRWXU)
    program = f"open({str(canary)!r}, 'w')"
    head = proposals.propose(
        {
            AGENT: proposals.narrowed(),
            ".gitattributes": "*.yaml filter=x merge=x ident\n",
            "sitecustomize.py": program,
            "yaml.py": program,
            "conftest.py": program,
        }
    )

    assert proposals.plan(head).planned == (("update", "agent"),)
    assert not canary.exists()


def test_settings_in_a_folder_of_the_repository_work_alike(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository may hold more than roles."""
    desk.settle()
    whole = a_repository(tmp_path_factory.mktemp("outside") / "whole")
    shutil.copytree(desk.folder, whole.folder / "desk", ignore=shutil.ignore_patterns(".git"))
    whole.save()
    text = (desk.folder / AGENT).read_text(encoding="utf-8")
    whole.start("feature")
    whole.save({f"desk/{AGENT}": text.replace(TAKEN, "")})
    whole.switch("main")
    monkeypatch.chdir(whole.folder / "desk")
    out = whole.folder.parent / "plan"

    made = Made(desk.run("ci", "plan", "--head", "feature", "--out", str(out)), out)

    assert made.planned == (("update", "agent"),)
    assert made.plan["changes"][0]["file"] == AGENT
