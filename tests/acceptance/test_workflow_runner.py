"""The runner that the workflow tests stand on: it gives what GitHub gives, and refuses what it cannot honour."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent

import pytest
from fakes.expressions import ExpressionError, Missing, condition, evaluate, interpolate
from fakes.runner import Run, start
from fakes.runner_files import StepFileError, copied, entries
from fakes.runner_model import Occasion

PIN = "0123456789abcdef0123456789abcdef01234567"
KEY = "sa_test_key_of_the_tenant"


class ABareHost:
    """A GitHub with one repository of one commit, and one environment for main."""

    api = "http://127.0.0.1:9"
    repository = "desk/roles"
    variables: Mapping[str, str] = {}

    def __init__(self, folder: Path) -> None:
        self.remote = (folder / "bare").as_uri()
        self.tools = folder / "tools"
        self.tools.mkdir(parents=True)
        (self.tools / "reconciler").write_text("#!/bin/sh\necho installed\n")
        (self.tools / "reconciler").chmod(0o755)
        work = folder / "work"
        (work / ".github/actions/reconciler").mkdir(parents=True)
        (work / ".github/actions/reconciler/action.yml").write_text("name: x\ninputs: {command: {default: ''}}\n")
        git(work, "init", "--quiet", "--initial-branch", "main")
        for number in range(2):
            (work / "file").write_text(f"{number}\n")
            git(work, "add", "--all")
            git(work, "-c", "user.name=A", "-c", "user.email=a@desk.example", "commit", "--quiet", "--message", "x")
        git(folder, "clone", "--quiet", "--bare", "work", "bare")
        git(folder / "bare", "config", "uploadpack.allowAnySHA1InWant", "true")
        self.sha = git(work, "rev-parse", "HEAD")

    def issue_token(self, permissions: Mapping[str, str]) -> str:
        """Say in the token what it may do."""
        return f"token-for-{len(permissions)}"

    def secrets_of(self, environment: str, ref: str) -> Mapping[str, str] | None:
        """Let main alone in."""
        return {"THE_KEY": KEY} if (environment, ref) == ("vault", "refs/heads/main") else None


def git(folder: Path, *arguments: str) -> str:
    """Run git."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def ran(folder: Path, jobs: str, *, before: str = "", trusted: bool = True, event: str = "push") -> Run:
    """Run a workflow of these jobs to its end."""
    host = ABareHost(folder)
    text = f"name: x\non: [push]\npermissions: {{}}\n{dedent(before)}jobs:\n{indent(dedent(jobs), '  ')}"
    occasion = Occasion(
        name=event, payload={"title": 'a"$(touch pwn)`id`;#'}, ref="refs/heads/main", sha=host.sha, is_trusted=trusted
    )
    return start(host, "x.yml", text.encode(), occasion, folder / "run").finish()


def one(folder: Path, steps: str, *, job: str = "") -> Run:
    """Run one job of these steps."""
    head = "one:\n  runs-on: ubuntu-24.04\n" + indent(dedent(job), "  ")
    return ran(folder, f"{head}  steps:\n{indent(dedent(steps), '    ')}")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("'it''s'", "it's"),
        ("github.event.title", "T"),
        ("github['event']['title'] == 't'", True),
        ("github.event.label.name", None),
        ("github.event.label.name == 'plan-ok'", False),
        ("1 < 2 && 'yes' || 'no'", "yes"),
        ("'' && 'yes' || 'no'", "no"),
        ("!(1 == 2)", True),
        ("contains('abc', 'B')", True),
        ("format('{0}-{1}', 1, 'x')", "1-x"),
        ("null == ''", True),
    ],
)
def test_expression_comes_to_what_github_says(source: str, value: object) -> None:
    """Operators, paths and functions mean what GitHub's documentation says."""
    contexts = {"github": Missing({"event": Missing({"title": "T"}, may_lack=frozenset({"label"}))})}

    assert value == evaluate(source, contexts)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "githib.sha",
        "github.shaa",
        "github.",
        "hashFiles('x')",
        "'open",
        "1 +",
        "a b",
        "(1",
        "github.sha.x",
        "$x",
        "f(1",
    ],
)
def test_unknown_expression_is_an_error(source: str) -> None:
    """What is misspelt, unknown or unfinished is never empty."""
    with pytest.raises(ExpressionError):
        evaluate(source, {"github": Missing({"sha": "x"})})


@pytest.mark.parametrize("text", ["${{ github.sha", "${{ github }}", "${{ a.b }}"])
def test_text_with_an_unknown_expression_is_an_error(text: str) -> None:
    """A value is never written half."""
    with pytest.raises(ExpressionError):
        interpolate(text, {"github": Missing({"sha": "x"})})


def test_condition_of_text_and_expression_is_an_error() -> None:
    """`if: x ${{ y }}` is always true on GitHub, and so a mistake."""
    with pytest.raises(ExpressionError):
        condition("!${{ false }}", {}, {})


def test_step_has_only_what_the_runner_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's environment and no token reaches a step that does not ask for it."""
    monkeypatch.setenv("OUTSIDE", "x")

    run = one(tmp_path, "- run: env\n- run: 'echo \"$T\"'\n  env: {T: '${{ github.token }}'}")

    first, second = run.jobs["one"].steps
    names = {line.partition("=")[0] for line in first.out.splitlines()}
    assert not names & {"OUTSIDE", "GITHUB_TOKEN", "T"}
    assert names >= {"CI", "GITHUB_OUTPUT", "GITHUB_EVENT_PATH", "GITHUB_SHA", "RUNNER_TEMP"}
    assert second.out == "token-for-0\n"


def test_first_failing_line_ends_the_step_and_the_job(tmp_path: Path) -> None:
    """A script stops at its first failure; steps behind it run only where they ask for it."""
    steps = """
        - run: |
            false
            echo no
        - run: echo no
        - run: echo yes
          if: ${{ !cancelled() }}
        - run: echo yes
          if: failure()
    """

    run = one(tmp_path, steps)

    assert run.results == {"one": "failure"}
    assert [step.outcome for step in run.jobs["one"].steps] == ["failure", "skipped", "success", "success"]
    assert "no" not in run.log


def test_step_that_may_fail_leaves_its_outcome_and_the_job_good(tmp_path: Path) -> None:
    """`continue-on-error` keeps the outcome for those who ask and lets the job go on."""
    steps = """
        - id: first
          run: exit 3
          continue-on-error: true
        - run: test "$WAS" = failure
          env: {WAS: "${{ steps.first.outcome }}"}
    """

    assert one(tmp_path, steps).results == {"one": "success"}


def test_outputs_go_from_step_to_job_to_job(tmp_path: Path) -> None:
    """What a step writes reaches a job that needs it, and one that was skipped gives nothing."""
    jobs = """
        one:
          runs-on: ubuntu-24.04
          outputs: {said: "${{ steps.say.outputs.word }}"}
          steps:
            - id: say
              run: echo "word=yes" >> "$GITHUB_OUTPUT"
        none:
          if: github.event_name == 'schedule'
          runs-on: ubuntu-24.04
          steps: [{run: exit 1}]
        two:
          needs: [one, none]
          if: ${{ !cancelled() && needs.one.outputs.said == 'yes' }}
          runs-on: ubuntu-24.04
          steps:
            - run: echo "$SAID$NONE"
              env: {SAID: "${{ needs.one.outputs.said }}", NONE: "${{ needs.none.outputs.said }}"}
        three:
          needs: two
          runs-on: ubuntu-24.04
          steps: [{run: exit 1}]
    """

    run = ran(tmp_path, jobs)

    assert run.results == {"one": "success", "none": "skipped", "two": "success", "three": "skipped"}
    assert run.jobs["two"].log.strip() == "yes"


def test_values_reach_a_script_by_its_environment_only(tmp_path: Path) -> None:
    """A hostile title is data, and an expression inside a script is refused."""
    run = one(tmp_path, "- run: printf '%s' \"$TITLE\"\n  env: {TITLE: '${{ github.event.title }}'}")

    assert run.log.strip() == 'a"$(touch pwn)`id`;#'
    assert not list(tmp_path.rglob("pwn"))
    with pytest.raises(AssertionError, match="expression"):
        one(tmp_path / "other", "- run: echo ${{ github.event.title }}")


def test_secrets_are_there_only_in_an_environment_that_lets_the_ref_in(tmp_path: Path) -> None:
    """A key can be named in the environment's job and nowhere else, and no fork gets in."""
    step = "- run: test -n \"$K\"\n  env: {K: '${{ secrets.THE_KEY }}'}"

    run = one(tmp_path / "in", step, job="environment: {name: vault}\n")

    assert run.jobs["one"].secrets == {"THE_KEY": KEY}
    with pytest.raises(ExpressionError):
        one(tmp_path / "out", step)
    jobs = "one:\n  runs-on: ubuntu-24.04\n  environment: vault\n  steps: [{run: 'true'}]\n"
    with pytest.raises(AssertionError, match="not let into"):
        ran(tmp_path / "fork", jobs, trusted=False)


def test_checkout_is_the_commit_of_the_event_without_the_token(tmp_path: Path) -> None:
    """The commit is there with as much history as was asked for; the token is not."""
    steps = f"""
        - uses: actions/checkout@{PIN}
          with: {{persist-credentials: false}}
        - run: git rev-parse HEAD && git log --oneline | wc -l && cat .git/config
        - uses: ./.github/actions/reconciler
        - run: reconciler
    """

    run = one(tmp_path, steps)

    out = run.jobs["one"].steps[1].out.splitlines()
    assert out[:2] == [run.occasion.sha, "1"]
    assert "token" not in run.log
    assert run.jobs["one"].steps[3].out == "installed\n"
    deep = steps.replace("persist-credentials: false", "persist-credentials: false, fetch-depth: 0")
    assert one(tmp_path / "deep", deep).jobs["one"].steps[1].out.splitlines()[1] == "2"


def test_artefacts_go_to_later_jobs_of_the_same_run(tmp_path: Path) -> None:
    """A folder that one job keeps is there for the next, without its hidden files."""
    jobs = f"""
        one:
          runs-on: ubuntu-24.04
          steps:
            - run: mkdir out && echo a > out/a && echo b > out/.b
            - uses: actions/upload-artifact@{PIN}
              with: {{name: plan, path: out, if-no-files-found: error}}
        two:
          needs: one
          runs-on: ubuntu-24.04
          steps:
            - uses: actions/download-artifact@{PIN}
              with: {{name: plan, path: in}}
            - run: find in -type f
            - uses: actions/download-artifact@{PIN}
              with: {{name: none}}
    """

    run = ran(tmp_path, jobs)

    assert run.jobs["two"].steps[1].out == "in/a\n"
    assert run.results == {"one": "success", "two": "failure"}


def test_cancelled_run_does_only_what_asks_for_it(tmp_path: Path) -> None:
    """Once cancelled, jobs end as cancelled unless they say `always()`."""
    jobs = """
        one:
          runs-on: ubuntu-24.04
          steps: [{run: "true"}]
        two:
          needs: one
          if: ${{ !cancelled() }}
          runs-on: ubuntu-24.04
          steps: [{run: "true"}]
        three:
          needs: two
          if: always()
          runs-on: ubuntu-24.04
          steps: [{run: "true", if: always()}]
    """
    host = ABareHost(tmp_path)
    text = f"on: [push]\npermissions: {{}}\njobs:\n{indent(dedent(jobs), '  ')}"
    occasion = Occasion(name="push", payload={}, ref="refs/heads/main", sha=host.sha)
    seen: list[str] = []
    run = start(host, "x.yml", text.encode(), occasion, tmp_path / "run")
    run.before("one", "true", lambda: seen.append("aside"))

    run.until("two").cancel()

    assert run.results == {"one": "success", "two": "cancelled", "three": "success"}
    assert seen == ["aside"]


@pytest.mark.parametrize(
    "jobs",
    [
        "one: {runs-on: ubuntu-24.04, steps: [{run: x, with: {a: b}}], strategy: {matrix: {a: [1]}}}",
        "one: {runs-on: ubuntu-24.04, steps: [{run: x, unless: y}]}",
        "one: {runs-on: ubuntu-24.04, steps: [{uses: actions/checkout@v5}]}",
        f"one: {{runs-on: ubuntu-24.04, steps: [{{uses: some/action@{PIN}}}]}}",
        f"one: {{runs-on: ubuntu-24.04, steps: [{{uses: actions/checkout@{PIN}}}]}}",
        "one: {runs-on: ubuntu-24.04, needs: two, steps: []}\ntwo: {runs-on: ubuntu-24.04, needs: one, steps: []}",
        "one: {runs-on: ubuntu-24.04, steps: [{run: 'echo x=y >> $GITHUB_ENV'}]}",
    ],
)
def test_what_the_runner_cannot_honour_is_refused(tmp_path: Path, jobs: str) -> None:
    """Unknown keys, unpinned or unknown actions, circles and written environments are errors."""
    with pytest.raises((AssertionError, KeyError)):
        ran(tmp_path, jobs)


def test_output_file_is_read_as_the_runner_reads_it() -> None:
    """Lines, blocks and what comes last count; what the runner refuses is refused."""
    assert entries("a=1\nb<<E\nx=y\nz\nE\na=2=3\n") == {"a": "2=3", "b": "x=y\nz"}
    for text in ("word\n", "a<<E\nx\n", "=x\n"):
        with pytest.raises(StepFileError):
            entries(text)


def test_upload_of_several_files_keeps_what_they_share(tmp_path: Path) -> None:
    """Several paths keep their folders below the one that all share; nothing found is none."""
    for name in ("in/a/x", "in/b/y"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name)

    assert copied("in/a/x\nin/b/y\n", tmp_path, tmp_path / "to") == 2
    assert (tmp_path / "to/a/x").read_text() == "in/a/x"
    assert copied("nothing", tmp_path, tmp_path / "to") == 0
