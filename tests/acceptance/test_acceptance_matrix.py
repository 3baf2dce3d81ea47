"""`matrix` through the command line, against the embedded tenant."""

from __future__ import annotations

import csv
import os
import shutil
import sys

import pytest
from acceptance.desk import Desk

pytestmark = pytest.mark.sockets


def test_matrix_fits_a_terminal_and_marks_what_differs(desk: Desk) -> None:
    """80 columns, the signs of the pending plan, and no role without a file unless asked."""
    ran = desk.run("matrix")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "10 roles by 66 permissions: 5 roles differ from live"
    assert "Night Shift" not in ran.out
    assert "Night Shift" in desk.run("matrix", "--all").out
    assert next(line for line in lines if line.startswith("  bulk_close")).split()[1] == "-"


def test_matrix_of_many_roles_comes_in_blocks(desk: Desk) -> None:
    """Fifty more roles still fit, and a wider terminal needs fewer blocks."""
    text = "name: Desk {n}\ndescription: Looks after desk number {n}\npermissions:\n  conversations: view\n"
    for number in range(10, 60):
        desk.write(f"roles/desk-{number}.yaml", text.replace("{n}", str(number)))

    narrow = desk.run("matrix", "--offline").out.splitlines()

    assert max(map(len, narrow)) <= 80
    assert sum(line.startswith("Conversations ") for line in narrow) == 4


def test_matrix_uses_a_wider_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal of 200 columns the same roles take one block."""
    text = "name: Desk {n}\ndescription: Looks after desk number {n}\npermissions:\n  conversations: view\n"
    for number in range(10, 60):
        desk.write(f"roles/desk-{number}.yaml", text.replace("{n}", str(number)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((210, 50)))

    wide = desk.run("--color", "never", "matrix", "--offline").out.splitlines()

    assert 80 < max(map(len, wide)) <= 210
    assert sum(line.startswith("Conversations ") for line in wide) == 1


def test_matrix_goes_to_a_file_in_every_format(desk: Desk) -> None:
    """The file has the document, the terminal one line; CSV parses back with a column for each role."""
    for output_format in ("text", "csv", "html", "json"):
        ran = desk.run("matrix", "--format", output_format, "--out", f"roles.{output_format}")
        assert (ran.code, ran.out) == (0, "10 roles by 66 permissions: 5 roles differ from live\n")
        printed = desk.run("matrix", "--format", output_format).out
        with (desk.folder / f"roles.{output_format}").open(encoding="utf-8", newline="") as file:
            assert printed == file.read()

    with (desk.folder / "roles.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, strict=True)
    assert len(head) == 14
    assert len(rows) == 66
    assert {"on", "off", "to grant", "to revoke"} == {cell for row in rows for cell in row[4:]}
    assert "<script" not in (desk.folder / "roles.html").read_text(encoding="utf-8")


def test_matrix_offline_needs_neither_tenant_nor_key(desk: Desk) -> None:
    """The files alone; roles that no file means are not in them, so --all is refused."""
    desk.replace(
        "reconciler.yaml",
        "sandbox: {kind: sandbox}",
        "sandbox: {kind: support, url: 'https://desk.example/api/v1', key: 'env:DESK_KEY'}",
    )

    assert desk.run("matrix", "--offline", "--format", "json").data["compared"] is False
    assert desk.run("matrix", "--offline", "--all").code == 64
    assert desk.run("matrix").code == 64


def test_matrix_refuses_a_file_it_cannot_write_before_it_reads(desk: Desk) -> None:
    """A folder that is not there is told at once, as data where data was asked for."""
    ran = desk.run("matrix", "--out", "nowhere/roles.csv", "--format", "json")

    assert (ran.code, ran.data["error"]["exit"]) == (64, 64)
    assert not (desk.folder / ".reconciler").exists()


def test_matrix_after_apply_differs_in_nothing(desk: Desk) -> None:
    """Once the files are applied no sign is left."""
    desk.settle()

    assert desk.run("matrix").out.startswith("10 roles by 66 permissions: the tenant is as the files say\n")
