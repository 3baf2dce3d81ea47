"""The file that pins the ids of live roles."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.ids import load_ids, parse_ids, record_ids
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.role import RoleId, RoleKey

NIGHT, LATE = RoleKey("night"), RoleKey("late")


def test_absent_and_empty_files_pin_nothing(tmp_path: Path) -> None:
    """A repository of another product has no such file."""
    assert load_ids(tmp_path, "live") == {}
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/ids.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert load_ids(tmp_path, "live") == {}


def test_recorded_ids_are_read_back_for_their_tenant(tmp_path: Path) -> None:
    """Other files and other tenants keep theirs, and a second time writes nothing."""
    assert record_ids(tmp_path, "live", [(NIGHT, RoleId("7"))])
    assert record_ids(tmp_path, "sandbox", [(NIGHT, RoleId("1"))])
    assert record_ids(tmp_path, "live", [(LATE, RoleId("8"))])
    assert not record_ids(tmp_path, "live", [(LATE, RoleId("8"))])

    assert load_ids(tmp_path, "live") == {NIGHT: "7", LATE: "8"}
    assert load_ids(tmp_path, "sandbox") == {NIGHT: "1"}
    assert load_ids(tmp_path, "other") == {}


def test_live_role_goes_over_to_the_file_that_adopts_it(tmp_path: Path) -> None:
    """Where a file got another key, the old one lets go."""
    record_ids(tmp_path, "live", [(NIGHT, RoleId("7"))])
    record_ids(tmp_path, "live", [(LATE, RoleId("7"))])

    assert load_ids(tmp_path, "live") == {LATE: "7"}


def test_nothing_to_pin_makes_no_file(tmp_path: Path) -> None:
    """Only standard roles were adopted."""
    assert not record_ids(tmp_path, "live", [])
    assert not (tmp_path / "schemas").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('live: {night: "7", late: "7"}\n', "ids.duplicate"),
        ("live: {night: 7}\n", "schema.type"),
        ("live: {night: true}\n", "schema.pattern"),
        ("live: [night]\n", "schema.type"),
        ("- live\n", "schema.type"),
        ('live: {night: ""}\n', "schema.length"),
        ("live: {\n", "yaml.syntax"),
    ],
)
def test_file_that_cannot_be_meant_is_refused(text: str, code: str) -> None:
    """No pin is guessed."""
    with pytest.raises(InputRejected) as raised:
        parse_ids("schemas/ids.yaml", text.encode())

    assert [problem.code for problem in raised.value.problems] == [code]


def test_number_is_told_to_be_a_text() -> None:
    """The likely slip comes with what to write."""
    with pytest.raises(InputRejected) as raised:
        parse_ids("schemas/ids.yaml", b"live: {night: 7}\n")

    (problem,) = raised.value.problems
    assert problem.fix == 'Write it in quotes, as in `"7"`'


def test_one_id_twice_is_told_at_the_second_place() -> None:
    """With the file that has it already."""
    with pytest.raises(InputRejected) as raised:
        parse_ids("schemas/ids.yaml", b'live:\n  night: "7"\n  late: "7"\n')

    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (3, 9)
    assert problem.message.startswith("The id is pinned for night already")


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """What stands in the way is no crash."""
    (tmp_path / "schemas").write_text("", encoding="ascii")

    with pytest.raises(UsageProblem):
        record_ids(tmp_path, "live", [(NIGHT, RoleId("7"))])


@given(
    pins=st.dictionaries(
        st.from_regex(r"\A[a-z][a-z0-9-]{0,20}\Z"),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    )
)
def test_any_ids_are_read_back(pins: dict[str, str]) -> None:
    """Ids are opaque: quotes, signs and what looks like a number all come back."""
    unique = {RoleKey(key): RoleId(role) for role, key in {role: key for key, role in pins.items()}.items()}
    with tempfile.TemporaryDirectory() as folder:
        record_ids(Path(folder), "live", unique.items())

        assert load_ids(Path(folder), "live") == unique
