"""Rows on files, YAML and meaning: what `validate`, `plan` and `apply` say of a bad repository."""

from __future__ import annotations

import pytest
from catalogue import rows_files, rows_schema
from catalogue.duties import PLAN, Watched
from catalogue.rows import FileCase, RunCase

pytestmark = pytest.mark.sockets

OTHER = "roles/z-another-fault.yaml"
CASES = (*rows_files.CASES, *rows_schema.CASES)
RUNS = (*rows_files.RUNS, *rows_schema.RUNS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_files(case: FileCase, unasked: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three commands refuse the repository alike, no tenant is spoken to, and the fault of another file is told."""
    desk = unasked.desk
    for path, content in case.files.items():
        (desk.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (desk.folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    if not case.alone:
        desk.write(
            OTHER, "name: Another Fault\ndescription: Has one of its own\npermissions: {notes: view}\ncolour: 1\n"
        )
    if case.arrange is not None:
        case.arrange(desk, monkeypatch)

    shown = unasked.ask(case, "validate", "--format", "json")
    if case.only_validated:
        told = unasked.ask(case, "validate")
    else:
        unasked.ask(case, "plan", "--format", "json", "--out", PLAN)
        told = unasked.ask(case, "apply", "--yes")

    for words in case.keeps_quiet:
        assert words not in shown.out + told.out + told.err
    problems = shown.data.get("problems") or shown.data["error"]["problems"]
    assert case.alone or OTHER in {problem["path"] for problem in problems}
    assert told.err.count("error[") == max(1, sum(problem["severity"] == "error" for problem in problems))


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.id)
def test_run(case: RunCase, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command line is answered as it should be, beside a tenant."""
    case.arrange(watched.desk, monkeypatch)

    ran = watched.ask(case, *case.arguments)

    case.check(watched.desk, ran)
