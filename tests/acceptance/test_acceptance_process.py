"""The command as a process of its own: signals, terminals, closed pipes, odd locales."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import pytest
from acceptance.desk import Desk

pytestmark = [pytest.mark.sockets, pytest.mark.usefixtures("desk")]

COMMAND = (sys.executable, "-m", "reconciler.cli.main")
PATIENCE = 60


def environment(**more: str) -> Mapping[str, str]:
    """Give the environment of a process."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8", **more}


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command line as a process, with nothing on standard input."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        env=environment(**more),
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def served(desk: Desk, faults: object) -> Iterator[None]:
    """Serve the desk's embedded tenant on a port with a fault schedule, and point the settings at it."""
    desk.write("faults.json", json.dumps({"faults": faults}))
    arguments = ("sandbox", "serve", "--port", "0", "--faults", "faults.json")
    server = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        url = server.stdout.readline().split()[-1]
        desk.replace(
            "reconciler.yaml",
            "sandbox: {kind: sandbox}",
            f"sandbox: {{kind: support, url: '{url}', key: 'env:SERVED_KEY'}}",
        )
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(PATIENCE)
        server.stdout.close()


def key_of(desk: Desk) -> str:
    """Read the key that serving made."""
    return (desk.folder / ".reconciler" / "sandbox.key").read_text(encoding="ascii").strip()


def applying_at(desk: Desk) -> subprocess.Popen[str]:
    """Start an apply against the served tenant, and give it when its writes begin."""
    applying = subprocess.Popen(
        [*COMMAND, "-v", "apply", "--yes"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(SERVED_KEY=key_of(desk)),
    )
    assert applying.stderr is not None
    while "Applying" not in applying.stderr.readline():
        pass
    return applying


def test_wrong_option_exits_64_and_never_2() -> None:
    """A wrong command line is told apart from pending changes."""
    for arguments in (["plan", "--exit-cod"], ["plna"], ["--tenant"], ["apply", "--force"]):
        ran = run(*arguments)
        assert ran.returncode == 64, arguments
        assert "error[usage]" in ran.stderr


def test_closed_output_ends_quietly() -> None:
    """A reader that stops reading is no error and causes no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [*COMMAND, "plan"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False
    )
    os.close(writing)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_output_of_another_encoding_is_escaped() -> None:
    """A terminal that cannot show a character gets it escaped instead of an error."""
    ran = subprocess.run(
        [*COMMAND, "plan"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=PATIENCE,
        check=False,
    )

    assert ran.returncode == 0
    assert b'--reason "\\u2026"' in ran.stdout


def test_ctrl_c_settles_the_write_under_way_and_names_every_role(desk: Desk) -> None:
    """After Ctrl-C the run stops between writes, says what became of each role, and a re-run finishes it."""
    desk.confirm_all()
    with served(desk, [{"kind": "latency", "method": "POST", "seconds": 1.0, "times": 1}]):
        applying = applying_at(desk)
        applying.send_signal(signal.SIGINT)
        out, err = applying.communicate(timeout=PATIENCE)

        assert applying.returncode == 130, out + err
        assert "Stopped as asked" in out
        assert out.count("  applied  ") + out.count("  not attempted") == 5
        assert run("apply", "--yes", SERVED_KEY=key_of(desk)).returncode == 0
        assert run("plan", "--exit-code", SERVED_KEY=key_of(desk)).returncode == 0


def test_write_that_took_effect_without_an_answer_is_not_sent_again(desk: Desk) -> None:
    """A creation whose answer was lost is read back, counted done, and exists once."""
    desk.confirm_all()
    with served(desk, [{"kind": "drop_after", "method": "POST"}]):
        ran = run("apply", "--yes", SERVED_KEY=key_of(desk))

    assert ran.returncode == 0, ran.stderr
    assert len(desk.writes()) == 5


def test_key_is_in_no_output_of_any_command(desk: Desk) -> None:
    """Whatever goes wrong, the key stays in the header."""
    desk.confirm_all()
    faults = [{"kind": kind, "nth": 1, "path": "/me"} for kind in ("malformed_body", "wrong_content_type")]
    with served(desk, faults):
        key = key_of(desk)
        for arguments in (["plan"], ["doctor"], ["-v", "apply", "--yes"], ["plan", "--format", "json"]):
            ran = run(*arguments, SERVED_KEY=key)
            assert key not in ran.stdout + ran.stderr
        bad = run("plan", SERVED_KEY=f"{key}x")
        assert bad.returncode == 7
        assert key not in bad.stdout + bad.stderr
    assert key not in "".join(f.read_text() for f in (desk.folder / ".reconciler" / "journal").glob("*"))


def test_final_question_is_asked_on_a_terminal(desk: Desk) -> None:
    """On a terminal the plan is shown, the question asked, and no is an answer that writes nothing."""
    desk.confirm_all()
    ours, theirs = pty.openpty()
    applying = subprocess.Popen(
        [*COMMAND, "-q", "apply"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    os.write(ours, b"n\n")
    out, err = applying.communicate(timeout=PATIENCE)
    os.close(theirs)
    os.close(ours)

    assert applying.returncode == 130
    assert "ready to apply" in out
    assert "Write these changes to the tenant? [y/N]" in err
    assert desk.writes() == ()


def test_colours_are_for_terminals_only() -> None:
    """Piped output has no escape sequence unless it is asked for."""
    assert "\x1b" not in run("plan").stdout
    assert "\x1b[1m" in run("--color", "always", "plan").stdout
    assert "\x1b" not in run("--color", "never", "plan").stdout


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">/dev/full"])
def test_streams_that_take_nothing_change_no_exit_code(redirection: str) -> None:
    """A stream that was closed before, or a disk without room, is no bug of ours."""
    ran = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, "plan"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr


def test_second_signal_stops_at_once_and_still_names_every_role(desk: Desk) -> None:
    """Who will not wait for the write under way is told that nobody knows what became of it, and of every other."""
    desk.confirm_all()
    with served(desk, [{"kind": "latency", "method": "PATCH", "seconds": 2.0, "times": 1}]):
        applying = applying_at(desk)
        while not any(file.stat().st_size for file in (desk.folder / ".reconciler" / "journal").glob("*")):
            pass  # the journal's first line says that a write is under way
        applying.send_signal(signal.SIGINT)
        assert applying.stderr is not None
        assert "Stopping after the write under way" in applying.stderr.readline()
        applying.send_signal(signal.SIGTERM)
        out, err = applying.communicate(timeout=PATIENCE)

        assert applying.returncode == 130, out + err
        assert sum(out.count(f"  {result}") for result in ("applied  ", "unknown  ", "not attempted ")) == 5
        assert run("apply", "--yes", SERVED_KEY=key_of(desk)).returncode == 0


def test_ctrl_c_at_the_final_question_ends_it(desk: Desk) -> None:
    """Before the first write there is nothing to settle, so the first Ctrl-C ends the command."""
    desk.confirm_all()
    ours, theirs = pty.openpty()
    applying = subprocess.Popen(
        [*COMMAND, "-q", "apply"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert applying.stderr is not None
    while applying.stderr.read(1) != "?":
        pass
    while applying.poll() is None:  # a signal that comes just before the terminal is read waits for the next one
        applying.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            applying.wait(10)
    _, err = applying.communicate(timeout=PATIENCE)
    os.close(theirs)
    os.close(ours)

    assert applying.returncode == 130
    assert "Interrupted" in err
    assert desk.writes() == ()
