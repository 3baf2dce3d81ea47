"""The rim: files, signals, progress, and what becomes of an error nobody foresaw."""

from __future__ import annotations

import datetime as dt
import io
import os
import signal
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.clock import FakeClock

from reconciler.cli.commands.apply import NO_LIMIT, exit_of, one_run
from reconciler.cli.interrupt import stopping_gently
from reconciler.cli.invocation import write_text
from reconciler.cli.journal import FileJournal
from reconciler.cli.main import run
from reconciler.cli.output import require_writable, write_file
from reconciler.cli.progress import Bars, Lines
from reconciler.cli.streams import occupy_standard_streams
from reconciler.errors import Exit, UsageProblem
from reconciler.model.change import Action
from reconciler.model.outcome import Outcome, Report, Result
from reconciler.model.role import RoleKey
from reconciler.render.styled import Line

TODAY = dt.date(2026, 11, 24)


def a_report(*results: Result, interrupted: bool = False, stale: bool = False) -> Report:
    """Give a report with these results."""
    outcomes = tuple(
        Outcome(role=RoleKey(f"role-{n}"), name=f"Role {n}", action=Action.UPDATE, result=result)
        for n, result in enumerate(results)
    )
    return Report(
        digest="sha256:0",
        outcomes=outcomes,
        writes=len(results),
        proved=results.count(Result.APPLIED),
        interrupted=interrupted,
        stale=stale,
    )


def test_exit_of_apply_counts_steps_and_not_only_whole_changes() -> None:
    """A retirement that stopped after fifty people were moved did write something."""
    report = replace(a_report(Result.FAILED, stale=True), proved=50)

    assert exit_of(report) == Exit.PARTLY_APPLIED


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (None, Exit.DONE),
        (a_report(Result.APPLIED), Exit.DONE),
        (a_report(Result.FAILED, Result.NOT_ATTEMPTED), Exit.PARTLY_APPLIED),
        (a_report(Result.FAILED, stale=True), Exit.STALE),
        (replace(a_report(Result.FAILED, Result.NOT_ATTEMPTED), unread=True), Exit.TENANT_UNREADABLE),
        (replace(a_report(Result.APPLIED, Result.FAILED), unread=True), Exit.PARTLY_APPLIED),
        (a_report(Result.APPLIED, Result.FAILED, stale=True), Exit.PARTLY_APPLIED),
        (a_report(Result.UNKNOWN, Result.NOT_ATTEMPTED), Exit.PARTLY_APPLIED),
        (a_report(Result.APPLIED, Result.NOT_ATTEMPTED, interrupted=True), Exit.INTERRUPTED),
    ],
)
def test_exit_of_apply_follows_from_the_outcomes(report: Report | None, code: Exit) -> None:
    """The exit code of an apply is folded from what happened, never from the plan."""
    assert code == exit_of(report)


def test_confirmation_for_one_run_carries_its_head_count() -> None:
    """ID=PEOPLE counts for so many people, today."""
    entry = one_run("narrowing-agent-0123456789ab=42", TODAY, counted=True)

    assert ("narrowing-agent-0123456789ab", 42, TODAY) == (entry.id, entry.people_at_most, entry.expires)


def test_confirmation_for_one_run_without_a_count_needs_a_reader() -> None:
    """A bare ID stands for the number that is shown; with --yes nobody is there to read it."""
    assert one_run("narrowing-agent-0123456789ab", TODAY, counted=False).people_at_most == NO_LIMIT
    with pytest.raises(UsageProblem, match="names no head count"):
        one_run("narrowing-agent-0123456789ab", TODAY, counted=True)


@pytest.mark.parametrize("text", ["id=", "id=many", "id=-1", "id=4.2", "id=٤٢", "id=1_0"])
def test_confirmation_for_one_run_refuses_what_is_no_number(text: str) -> None:
    """A head count is a plain number."""
    with pytest.raises(UsageProblem, match="head count"):
        one_run(text, TODAY, counted=True)


def test_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """A result replaces a regular file, and a private one is its owner's alone."""
    target = tmp_path / "plan.json"
    target.write_text("old", encoding="utf-8")

    write_file(target, "new\n", private=True)

    assert target.read_text(encoding="utf-8") == "new\n"
    assert target.stat().st_mode & 0o077 == 0
    assert [target] == list(tmp_path.iterdir())


def test_file_is_never_written_through_a_link(tmp_path: Path) -> None:
    """A link, a folder and a missing folder are refused before any work."""
    (tmp_path / "real").write_text("kept", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    for name in ("link", ".", "missing/plan.json", f"{'x' * 300}.json"):
        with pytest.raises(UsageProblem):
            require_writable(tmp_path / name)
    assert (tmp_path / "real").read_text(encoding="utf-8") == "kept"


def test_folder_of_our_own_is_made_for_a_result_and_no_other(tmp_path: Path) -> None:
    """A fresh clone lacks `.reconciler`; it is made for its owner alone, where a folder is and nothing else."""
    write_file(tmp_path / ".reconciler" / "people.csv", "names", private=True)

    assert (tmp_path / ".reconciler" / "people.csv").read_text(encoding="utf-8") == "names"
    assert stat.S_IMODE((tmp_path / ".reconciler").stat().st_mode) == 0o700
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".reconciler").symlink_to(tmp_path / "nowhere")
    for name in ("missing/.reconciler/people.csv", ".reconciler/missing/people.csv", "linked/.reconciler/people.csv"):
        with pytest.raises(UsageProblem, match="does not exist"):
            write_file(tmp_path / name, "names")


def test_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    """What the disk refuses is told with the path, and nothing is left."""
    with pytest.raises(UsageProblem, match="cannot be written"):
        write_file(tmp_path / ("x" * 255), "text")
    assert [] == list(tmp_path.iterdir())


def test_draft_of_a_file_goes_when_it_cannot_take_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure after the text was written leaves the folder as it was."""

    def refuse(self: Path, target: Path) -> None:
        raise OSError(5, "Input/output error", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(UsageProblem, match="Input/output error"):
        write_file(tmp_path / "plan.json", "text")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("encoding", "printed"), [("cp1252", b"\xe4"), ("utf-8", b"\xef\xbb\xbf\xc3\xa4")])
def test_mark_of_utf_8_is_written_where_the_stream_is_utf_8(encoding: str, printed: bytes) -> None:
    """A console of another encoding gets the letters without a mark that would be wrong there."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)

    write_text(stream, "\ufeff\xe4")

    assert stream.detach().getvalue() == printed


def test_journal_entry_is_on_disk_when_written(tmp_path: Path) -> None:
    """Another reader sees the entry before the journal is closed, and the file is its owner's alone."""
    with FileJournal(tmp_path / "journal", "sha256:0123456789abcdef", FakeClock()) as journal:
        journal.write({"event": "sending"})

        text = journal.path.read_text(encoding="ascii")
        assert '"event": "sending"' in text
        assert journal.path.name.endswith("-0123456789ab.jsonl")
        assert journal.path.stat().st_mode & 0o077 == 0


def test_first_signal_asks_and_second_interrupts_what_is_under_way() -> None:
    """Ctrl-C asks to stop, a second one stops at once, and afterwards signals mean what they meant before."""
    told: list[str] = []
    before = signal.getsignal(signal.SIGINT)
    with stopping_gently(told.append) as stopping:
        assert not stopping.asked()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopping.asked()
        assert len(told) == 1
        os.kill(os.getpid(), signal.SIGINT)  # between two writes there is nothing to cut short
        with pytest.raises(KeyboardInterrupt), stopping.under_way():
            os.kill(os.getpid(), signal.SIGINT)

    assert before is signal.getsignal(signal.SIGINT)


def test_what_is_under_way_has_its_time_after_the_first_signal_and_no_more() -> None:
    """Nobody has to press Ctrl-C twice: what does not end by itself is cut short, and afterwards no alarm goes off."""
    with stopping_gently(lambda _: None, seconds=0.2) as stopping:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), stopping.under_way():
            threading.Event().wait(60)
        assert stopping.asked()

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_write_under_way_has_four_of_the_five_seconds_that_are_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarm rings after four seconds, which leaves one for the report, and the promise names five."""
    alarms: list[tuple[int, float]] = []
    monkeypatch.setattr(signal, "setitimer", lambda which, seconds: alarms.append((which, seconds)))
    told: list[str] = []
    with stopping_gently(told.append):
        os.kill(os.getpid(), signal.SIGINT)

    assert alarms == [(signal.ITIMER_REAL, 4.0), (signal.ITIMER_REAL, 0)]
    assert len(told) == 1
    assert "within five seconds" in told[0]


@pytest.mark.parametrize("has", [True, False])
def test_without_an_alarm_the_first_signal_asks_all_the_same(has: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that has no alarm nothing is cut short by itself, and nothing breaks."""
    if not has:
        monkeypatch.delattr(signal, "setitimer")
        monkeypatch.delattr(signal, "SIGALRM")
    with stopping_gently(lambda _: None) as stopping:
        os.kill(os.getpid(), signal.SIGINT)

        assert stopping.asked()


def test_standard_streams_that_were_closed_are_taken_by_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a stream that is closed is opened, on nothing, so that no file gets its number."""
    opened: list[tuple[str, int]] = []

    def stated(number: int) -> None:
        if number == 2:
            raise OSError(9, "Bad file descriptor")

    def opening(path: str, flags: int) -> int:
        opened.append((path, flags))
        return 2

    monkeypatch.setattr(os, "fstat", stated)
    monkeypatch.setattr(os, "open", opening)
    monkeypatch.setattr(os, "set_inheritable", lambda *_: None)
    occupy_standard_streams()
    monkeypatch.undo()

    assert opened == [(os.devnull, os.O_RDWR)]


def test_signals_are_left_alone_outside_the_main_thread() -> None:
    """In another thread nobody can ask, and nothing breaks."""
    answers: list[bool] = []

    def work() -> None:
        with stopping_gently(print) as stopping:
            answers.append(stopping.asked())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert answers == [False]


def test_lines_of_progress_name_each_stage() -> None:
    """With -v each stage is one line."""
    told: list[Line] = []
    progress = Lines(told.extend)

    progress.stage("Reading roles", 1200)
    progress.advance()
    progress.stage("Reading the tenant", None)

    assert ["Reading roles (1,200)", "Reading the tenant"] == ["".join(s.text for s in line) for line in told]


def test_bars_take_any_course(capsys: pytest.CaptureFixture[str]) -> None:
    """Stages of no steps, stages left early and steps too many are all fine, and no bar stays."""
    bars = Bars()
    bars.advance()
    bars.stage("nothing", 0)
    bars.stage("left early", 5)
    bars.advance()
    bars.stage("two steps", 2)
    bars.advance(2)
    bars.advance()
    bars.close()

    assert capsys.readouterr().out == ""


def test_unforeseen_error_is_a_bug_of_ours_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error nobody foresaw exits 70 and shows where it happened, never what it says."""

    def break_down(path: Path) -> None:
        raise RuntimeError(f"secret of {path}")

    monkeypatch.setattr("reconciler.cli.wiring.load_settings", break_down)

    assert run(["validate"]) == 70
    assert run(["-v", "validate"]) == 70
    printed = capsys.readouterr()
    assert "A bug of ours: RuntimeError" in printed.err
    assert "in break_down" in printed.err
    assert "secret" not in printed.out + printed.err


def test_interrupted_command_exits_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C outside an apply ends the command with 130 and without a traceback."""

    def interrupt(path: Path) -> None:
        raise KeyboardInterrupt(path)

    monkeypatch.setattr("reconciler.cli.wiring.load_settings", interrupt)

    assert run(["validate"]) == 130
    assert "Interrupted" in capsys.readouterr().err


def test_journal_on_a_full_disk_fails_once_and_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up fails the entry that does not fit; leaving the journal then fails nothing more."""

    def full(handle: int, content: bytes) -> int:
        raise OSError(28, f"No space left on device for {len(content)} bytes of {handle}")

    with FileJournal(tmp_path, "sha256:0123456789abcdef", FakeClock()) as journal:
        journal.write({"event": "sending"})
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            journal.write({"event": "settled"})
        monkeypatch.undo()

    assert journal.path.read_text(encoding="ascii").count("\n") == 1


def test_journal_that_has_no_room_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full already is found when the journal is made, before anything is sent."""

    def full(handle: int, content: bytes) -> int:
        raise OSError(28, f"No space left on device for {len(content)} bytes of {handle}")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        FileJournal(tmp_path, "sha256:0123456789abcdef", FakeClock())
    monkeypatch.undo()

    assert [] == [*tmp_path.iterdir()]


def test_journal_keeps_no_half_of_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What of an entry was on disk when the disk was full is taken back, so that every line can be read."""
    writing = os.write

    def nearly_full(handle: int, content: bytes) -> int:
        if len(content) < 10:
            raise OSError(28, "No space left on device")
        return writing(handle, content[:-5])

    with FileJournal(tmp_path, "sha256:0123456789abcdef", FakeClock()) as journal:
        journal.write({"event": "sending"})
        monkeypatch.setattr(os, "write", nearly_full)
        with pytest.raises(OSError, match="No space left"):
            journal.write({"event": "settled"})
        monkeypatch.undo()

    assert '"sending"' in journal.path.read_text(encoding="ascii")
    assert journal.path.read_text(encoding="ascii").count("\n") == 1


def test_signals_pass_once_there_is_only_the_report_left() -> None:
    """When nothing is sent any more, a signal neither asks nor interrupts: what was done must be told."""
    told: list[str] = []
    with stopping_gently(told.append) as stopping:
        stopping.over()
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

        assert not stopping.asked()
    assert told == []
