"""Lock and role schema that are missing, through the command line: who is told, and how they come back."""

from __future__ import annotations

import shutil

import pytest
from acceptance.desk import Desk

pytestmark = pytest.mark.sockets

LOCK = "schemas/permissions.yaml"
SCHEMA = "schemas/role.schema.json"


@pytest.mark.parametrize(
    ("gone", "code", "way_out"),
    [
        (LOCK, "catalogue.lock-missing", ("catalogue", "--update")),
        (SCHEMA, "catalogue.schema-missing", ("catalogue", "--schema")),
        (SCHEMA, "catalogue.schema-missing", ("catalogue", "--update")),
    ],
)
def test_deleted_file_fails_validation_until_it_is_back(
    desk: Desk, gone: str, code: str, way_out: tuple[str, ...]
) -> None:
    """`validate` names what is gone and the command that brings it back, byte for byte where nothing differs."""
    before = (desk.folder / gone).read_bytes()
    (desk.folder / gone).unlink()

    ran = desk.run("validate")
    assert ran.code == 3
    assert ran.err.startswith(f"error[{code}] {gone}: ")
    assert desk.run("validate", "--format", "json").data["problems"][0]["fix"].startswith("Bring ")

    mended = desk.run(*way_out)
    assert (mended.code, mended.out.splitlines()[0]) == (0, f"Wrote {gone}")
    assert (desk.folder / gone).read_bytes() == before
    assert desk.run("validate").code == 0


def test_repository_without_a_lock_is_told_to_pin_one(desk: Desk) -> None:
    """A hand-made repository goes on working; `validate` warns, `catalogue` exits 2, and an update pins."""
    shutil.rmtree(desk.folder / "schemas")

    ran = desk.run("validate")
    assert (ran.code, ran.err.count("warning[catalogue.lock-missing]")) == (0, 1)
    assert desk.run("validate", "--strict").code == 3

    told = desk.run("catalogue")
    assert told.code == 2
    assert told.out.startswith("The repository has no catalogue lock; ")
    assert told.out.endswith("Next:  reconciler catalogue --update\n")
    assert desk.run("catalogue", "--format", "json").data["pinned"] is False
    refused = desk.run("catalogue", "--schema")
    assert (refused.code, not (desk.folder / "schemas").exists()) == (64, True)

    assert desk.run("catalogue", "--update").out.startswith(f"Wrote {LOCK} and {SCHEMA}\n")
    assert "warning" not in desk.run("validate").err
    assert desk.run("catalogue", "--format", "json").data["pinned"] is True
