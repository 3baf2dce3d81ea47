"""Standard streams that are closed, full or of another encoding, around an installed command that writes."""

from __future__ import annotations

import signal
import subprocess

import pytest
from fakes.gate import Gate, Moment
from processes.command import COMMAND, PATIENCE, Place, ended
from processes.test_processes_signals import Silence, first_write
from processes.truth import Clean, assert_as_clean

pytestmark = pytest.mark.sockets

INTERRUPTED = 130


@pytest.mark.parametrize(
    "script",
    [
        pytest.param('{ "$@"; echo $? >code; } | head -n 0', id="reader-left"),
        pytest.param('"$@" >&-; echo $? >code', id="output-closed"),
        pytest.param('"$@" 2>&-; echo $? >code', id="errors-closed"),
        pytest.param('"$@" <&- >&- 2>&-; echo $? >code', id="all-closed"),
        pytest.param('"$@" >/dev/full 2>/dev/full; echo $? >code', id="disk-full"),
    ],
)
def test_an_apply_that_nobody_listens_to_is_carried_out(place: Place, clean: Clean, script: str) -> None:
    """Streams that are closed or full change neither what is written nor the journal nor the exit code."""
    ran = place.shell(script, "apply", "--yes")

    assert (place.folder / "code").read_text(encoding="ascii") == "0\n", ran
    assert_as_clean(place, clean)


def test_a_line_for_a_closed_stream_lands_in_no_other_file(place: Place, clean: Clean) -> None:
    """With standard error closed, what a signal makes the command say is neither in the journal nor in a request."""
    with place.serving() as url, Gate(url) as gate:
        place.point_at(gate.url)
        with Silence(Moment.BEFORE, first_write) as silence:
            gate.begin(silence)
            applying = subprocess.Popen(
                ["/bin/sh", "-c", 'exec "$@" <&- 2>&-', "sh", COMMAND, "apply", "--yes"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=place.folder,
                env=place.environment(),
            )
            assert silence.reached.wait(PATIENCE)
            applying.send_signal(signal.SIGINT)
            applying.send_signal(signal.SIGTERM)
            assert ended(applying).code == INTERRUPTED
        assert all(request.line.endswith(" HTTP/1.1") for request in gate.requests)
        assert [[entry["event"] for entry in journal] for journal in place.journals()] == [["sending", "settled"]]
        gate.begin()
        assert place.run("apply", "--yes").code == 0
    assert_as_clean(place, clean)


def test_a_closed_standard_input_is_nobody_to_ask(place: Place) -> None:
    """Without --yes and without a standard input the apply says what is missing, and writes nothing."""
    ran = place.shell('exec "$@" <&-', "apply")

    assert ran.code == 64, ran
    assert "no terminal to ask on" in ran.err
    assert place.effects() == {}


@pytest.mark.parametrize(
    ("encoding", "variables"),
    [
        ("ascii", {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}),
        ("cp1252", {"PYTHONIOENCODING": "cp1252"}),
    ],
    ids=["locale-c", "cp1252"],
)
def test_names_that_the_terminal_cannot_show_stop_nothing(
    own_place: Place, encoding: str, variables: dict[str, str]
) -> None:
    """A role of another script is planned, applied and reported with escapes, and arrives in the tenant unchanged."""
    name = "\u0420\u0435\u0432\u0438\u0437\u0438\u044f \u2192 \u00e9"
    role = f"name: {name}\ndescription: Reads what others wrote \u2713\npermissions: {{conversations: [view]}}\n"
    (own_place.folder / "roles" / "revision.yaml").write_text(role, encoding="utf-8")

    applied = _bytes(own_place, "apply", "--yes", **variables)

    assert applied.returncode == 0, applied
    assert b"\\u0420\\u0435" in applied.stdout
    assert name not in applied.stdout.decode(encoding)
    assert name in own_place.state()["roles"]
    assert b"Traceback" not in applied.stdout + applied.stderr


def _bytes(place: Place, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=place.folder,
        env=place.environment(**variables),
        timeout=PATIENCE,
        check=False,
    )
