"""Confirmations: read strictly, written with every other byte kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.confirmation_text import with_confirmation
from reconciler.desired.confirmations import load_confirmations, parse_confirmations, record
from reconciler.desired.writing import replace_file
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.finding import Confirmation
from reconciler.model.role import Origin

ENTRY = """\
# Announced on the floor.
- id: narrowing-agent-3f9a2c71b0d4      # printed by the plan
  people_at_most: 42
  reason: Bulk close caused an incident
  # two weeks
  expires: 2026-12-04
"""


def a_confirmation(name: str = "lockout-1", reason: str = "Because", people: int = 3) -> Confirmation:
    """Give a confirmation."""
    return Confirmation(id=name, people_at_most=people, reason=reason, expires=dt.date(2026, 12, 24))


def codes(text: str) -> list[str]:
    """Give the codes of a file that must be refused."""
    with pytest.raises(InputRejected) as caught:
        parse_confirmations("confirmations.yaml", text.encode())
    return [problem.code for problem in caught.value.problems]


def test_entry_is_read_with_its_place() -> None:
    """Every field is taken over, and the entry knows where it is written."""
    [found] = parse_confirmations("confirmations.yaml", ENTRY.encode())

    assert found == Confirmation(
        id="narrowing-agent-3f9a2c71b0d4",
        people_at_most=42,
        reason="Bulk close caused an incident",
        expires=dt.date(2026, 12, 4),
        origin=Origin("confirmations.yaml", 2, 3),
    )


def test_no_file_and_no_entry_are_no_confirmation(tmp_path: Path) -> None:
    """A missing file, an empty list and a file of comments hold no confirmation."""
    assert load_confirmations(tmp_path / "confirmations.yaml") == ()
    for text in ("", "# none\n", "[]\n"):
        (tmp_path / "confirmations.yaml").write_text(text)
        assert load_confirmations(tmp_path / "confirmations.yaml") == ()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("expires: 2026-12-04", "expires: 2026-02-30", "confirmation.date"),
        ("expires: 2026-12-04", "expires: 2026-1-1", "schema.length"),
        ("expires: 2026-12-04", "expires: 04.12.2026", "schema.pattern"),
        ("expires: 2026-12-04", "expires: 20261204", "schema.type"),
        ("expires: 2026-12-04", "expires: 2026-W49-5", "schema.pattern"),
        ("expires: 2026-12-04", "expires: ~", "yaml.null"),
        ("  expires: 2026-12-04\n", "", "schema.missing-key"),
        ("people_at_most: 42", "people_at_most: -1", "schema.range"),
        ("people_at_most: 42", "people_at_most: all", "schema.type"),
        ("people_at_most: 42", "people_at_most: true", "schema.type"),
        ("reason: Bulk", "reason: 'Bulk '  ", "yaml.syntax"),
        ("reason: Bulk close caused an incident", "reason: 'x '", "text.space"),
        ("reason: Bulk close caused an incident", "reason: |\n    x", "text.space"),
        ("reason: Bulk close caused an incident", "reason: ''", "schema.length"),
        ("id: narrowing", "id: Narrowing", "schema.pattern"),
        ("people_at_most", "people", "schema.unknown-key"),
        ("- id", "id", "yaml.syntax"),
        ("- id", "- x\n- id", "schema.type"),
    ],
)
def test_fault_is_refused(right: str, wrong: str, code: str) -> None:
    """Each fault of an entry is named; a confirmation that cannot be read counts for nothing."""
    assert right in ENTRY
    assert code in codes(ENTRY.replace(right, wrong, 1))


def test_same_id_twice_is_refused() -> None:
    """Which of two entries counts would be a guess."""
    assert codes(ENTRY + ENTRY) == ["confirmation.duplicate"]


def test_new_entry_is_appended_and_the_rest_kept(tmp_path: Path) -> None:
    """The old text stays byte for byte, comments included, and the entry comes after it."""
    path = tmp_path / "confirmations.yaml"
    path.write_text(ENTRY)
    path.chmod(0o640)

    record(path, a_confirmation())

    assert path.read_text() == ENTRY + (
        '- id: lockout-1\n  people_at_most: 3\n  reason: "Because"\n  expires: 2026-12-24\n'
    )
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["confirmations.yaml"]


def test_entry_with_the_same_id_is_replaced_and_its_comments_kept(tmp_path: Path) -> None:
    """A second yes to the same finding takes the place of the first."""
    path = tmp_path / "confirmations.yaml"
    path.write_text(ENTRY)

    record(path, a_confirmation("narrowing-agent-3f9a2c71b0d4", "Announced again", 50))

    assert path.read_text() == ENTRY.replace("42", "50").replace("12-04", "12-24").replace(
        "Bulk close caused an incident", '"Announced again"'
    )


def test_first_entry_makes_the_file(tmp_path: Path) -> None:
    """Without a file one is made that everybody may read."""
    path = tmp_path / "confirmations.yaml"

    record(path, a_confirmation())

    assert [c.id for c in load_confirmations(path)] == ["lockout-1"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "text",
    [
        "# only a comment",
        "[]\n",
        "[ ]  # none\n",
        ENTRY.rstrip("\n"),
        ENTRY.replace("\n", "\r\n"),
        "".join(f"    {line}\n" for line in ENTRY.splitlines()),
        '- {id: abc, people_at_most: 1, reason: "x", expires: 2026-01-01}  # short\n',
        "-   id: abc\n    people_at_most: 1\n    expires: 2026-01-01\n    reason: >-\n      a\n      b\n\n# end\n",
        "- reason: |-\n    x\n  expires: 2026-01-01\n  people_at_most: 1\n  id: abc\n",
    ],
)
@pytest.mark.parametrize("name", ["new", "abc", "narrowing-agent-3f9a2c71b0d4"])
def test_entry_fits_every_way_of_writing_the_file(tmp_path: Path, text: str, name: str) -> None:
    """However the file is written, afterwards it has the old entries and the new one."""
    path = tmp_path / "confirmations.yaml"
    path.write_bytes(text.encode())
    before = {c.id: c for c in load_confirmations(path)}

    record(path, a_confirmation(name))

    after = {c.id: c.reason for c in load_confirmations(path)}
    assert after == {**{key: c.reason for key, c in before.items()}, name: "Because"}
    assert path.read_bytes().count(b"#") == text.count("#")


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_reason_is_written_as_said_or_refused(reason: str) -> None:
    """Any reason that is accepted reads back letter for letter, beside the entries that were there."""
    text = with_confirmation(ENTRY, a_confirmation(reason=reason))
    try:
        found = parse_confirmations("confirmations.yaml", text.encode())
    except InputRejected:
        return

    assert [c.reason for c in found] == ["Bulk close caused an incident", reason]


@pytest.mark.parametrize("reason", ["", "a\nb", "a\x1b[31m", "x" * 501, "a\u202eb", " a", "a\r", "\ud800", "a\u2028b"])
def test_reason_that_cannot_be_kept_is_refused(tmp_path: Path, reason: str) -> None:
    """Line breaks, invisible and endless reasons are refused before anything is written."""
    path = tmp_path / "confirmations.yaml"
    path.write_text(ENTRY)

    with pytest.raises(UsageProblem, match="one line"):
        record(path, a_confirmation(reason=reason))
    assert path.read_text() == ENTRY


def test_list_in_brackets_is_not_guessed_at(tmp_path: Path) -> None:
    """A list in brackets with entries is left alone, with advice."""
    path = tmp_path / "confirmations.yaml"
    text = "[{id: abc, people_at_most: 1, reason: x, expires: 2026-01-01}]\n"
    path.write_text(text)

    with pytest.raises(UsageProblem, match="brackets"):
        record(path, a_confirmation())
    assert path.read_text() == text


def test_file_that_ends_its_document_is_not_extended(tmp_path: Path) -> None:
    """Where the entry would not be read back, nothing is written."""
    path = tmp_path / "confirmations.yaml"
    path.write_text(ENTRY + "...\n")

    with pytest.raises(UsageProblem):
        record(path, a_confirmation())
    assert path.read_text() == ENTRY + "...\n"


def test_faulty_file_is_not_touched(tmp_path: Path) -> None:
    """An entry is not added to a file that is wrong already."""
    path = tmp_path / "confirmations.yaml"
    path.write_text("- x\n")

    with pytest.raises(InputRejected):
        record(path, a_confirmation())
    assert path.read_text() == "- x\n"


def test_link_is_not_written_through(tmp_path: Path) -> None:
    """A link in place of the file leaves its target alone."""
    (tmp_path / "target").write_text(ENTRY)
    (tmp_path / "confirmations.yaml").symlink_to("target")

    with pytest.raises(UsageProblem, match="symbolic link"):
        record(tmp_path / "confirmations.yaml", a_confirmation())
    with pytest.raises(UsageProblem, match="symbolic link"):
        replace_file(tmp_path / "confirmations.yaml", b"")
    assert (tmp_path / "target").read_text() == ENTRY


def test_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    """What the system says becomes a message, not a traceback."""
    with pytest.raises(UsageProblem):
        record(tmp_path / "nowhere" / "confirmations.yaml", a_confirmation())
