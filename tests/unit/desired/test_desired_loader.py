"""The strict YAML loader: bounds, conversions, places."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.desired.document import MOST_PROBLEMS, Document
from reconciler.desired.yaml_events import MOST_NODES, read_yaml
from reconciler.desired.yaml_text import MOST_BYTES

PIECES = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        "- ",
        ": ",
        '"',
        "'",
        "a",
        "b: c\n",
        "\n",
        "  ",
        "\t",
        "&x ",
        "*x ",
        "!!set ",
        "! ",
        "%Y\n",
        "---\n",
        "...\n",
        "|\n",
        ">-\n",
        "? ",
        "<<: ",
        "~",
        "null",
        "true",
        "012",
        "-1",
        "#",
        "\\",
        '"\\x9b"',
        '"\\U00110000"',
        "\r",
    ]
)


def codes(document: Document) -> list[str]:
    """Give the codes of a document's problems."""
    return [problem.code for problem in document.problems]


@given(st.binary(max_size=200))
@example(b"\xff\xfea\x00")
@example(b"\x00\x00\xfe\xff")
def test_loader_is_total_on_bytes(raw: bytes) -> None:
    """Any bytes give a value or problems, never an exception."""
    document = read_yaml("x.yaml", raw)

    assert document.readable or document.problems


@given(st.lists(PIECES, max_size=25).map("".join))
def test_loader_is_total_on_yaml_like_text(text: str) -> None:
    """Text made of the signs of YAML gives a value or problems, never an exception."""
    document = read_yaml("x.yaml", text.encode())

    assert document.readable or document.problems


@given(
    st.recursive(
        st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=2, max_size=8)
        | st.booleans()
        | st.integers(0, 999),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["ab", "cd", "ef"]), inner, max_size=3)
        ),
        max_leaves=12,
    ).map(lambda value: {"top": value})
)
def test_loader_agrees_with_pyyaml_on_plain_documents(value: object) -> None:
    """Where nothing is ambiguous, the loader builds what PyYAML builds."""
    text = yaml.safe_dump(value, default_flow_style=None, sort_keys=False).replace("&id", "id")

    assert yaml.safe_load(text) == read_yaml("x.yaml", text.encode()).value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("0", 0),
        ("17", 17),
        ("-5", -5),
        ("999999999999999999", 999999999999999999),
    ],
)
def test_plain_word_is_converted(written: str, meant: object) -> None:
    """Only true, false and plain decimal numbers become something else than text."""
    value = read_yaml("x.yaml", f"a: {written}".encode()).value

    assert value == {"a": meant}
    assert isinstance(value, dict)
    assert type(value["a"]) is type(meant)


@pytest.mark.parametrize(
    "written",
    [
        "no",
        "off",
        "Yes",
        "True",
        "FALSE",
        "010",
        "0x1f",
        "0o7",
        "1_000",
        "1:30",
        "1e3",
        "1.0",
        "+5",
        "-0",
        "--5",
        "2024-01-01",
        ".inf",
        ".nan",
        "1234567890123456789",
        "y",
    ],
)
def test_everything_else_stays_text(written: str) -> None:
    """Words and numbers that other YAML readers change keep their letters."""
    assert read_yaml("x.yaml", f"a: {written}".encode()).value == {"a": written}


@pytest.mark.parametrize("written", ["'true'", '"true"', "'17'", "|-\n  true", "'~'", "''"])
def test_quoted_word_stays_text(written: str) -> None:
    """Quotes turn every conversion off, and an empty text in quotes is no null."""
    document = read_yaml("x.yaml", f"a: {written}".encode())

    assert not document.problems
    assert isinstance(document.value, dict)
    assert isinstance(document.value["a"], str)


def test_places_are_those_in_the_file() -> None:
    """Keys, values and list items are found at their line and column, counted from 1."""
    document = read_yaml("x.yaml", b"a: 1\nb:\n  c: [x, yy]\n")

    assert document.key_place(("b", "c")) == (3, 3)
    assert document.value_place(("b", "c")) == (3, 6)
    assert document.value_place(("b", "c", 1)) == (3, 10)
    assert document.key_place(("missing",)) == (1, 1)
    assert document.origin(("a",)).line == 1


def test_wide_characters_count_as_one_column() -> None:
    """Columns count characters, not bytes."""
    document = read_yaml("x.yaml", "{é😀: 1, b: 2}".encode())

    assert document.key_place(("b",)) == (1, 9)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("times", [17, 500, 25_000])
def test_deep_nesting_is_refused_quickly(opening: str, times: int) -> None:
    """Nesting beyond 16 levels is a problem with a place, within a second, and not the end of the process."""
    started = time.monotonic()

    document = read_yaml("x.yaml", (opening * times).encode())

    assert codes(document)[0] in {"yaml.depth", "yaml.key", "yaml.syntax"}
    assert time.monotonic() - started < 1


def test_sixteen_levels_are_accepted() -> None:
    """The bound on nesting is exactly sixteen."""
    assert read_yaml("x.yaml", b"[" * 16 + b"]" * 16).readable
    assert codes(read_yaml("x.yaml", b"[" * 17 + b"]" * 17)) == ["yaml.depth"]


def test_bounds_on_size_and_values() -> None:
    """A file may have 256 KiB and 20,000 values, and not one more."""
    assert codes(read_yaml("x.yaml", b"#" * (MOST_BYTES + 1))) == ["yaml.size"]
    assert codes(read_yaml("x.yaml", b"#" * MOST_BYTES)) == ["yaml.empty"]
    assert read_yaml("x.yaml", b"- x\n" * (MOST_NODES - 1)).readable
    assert codes(read_yaml("x.yaml", b"- x\n" * MOST_NODES)) == ["yaml.nodes"]


def test_many_problems_are_cut() -> None:
    """A file with one cause for thousands of problems is told a bounded number of times."""
    assert len(read_yaml("x.yaml", b"- ~\n" * 5000).problems) == MOST_PROBLEMS


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-8-sig", "latin-1"]
)
def test_other_encodings_are_refused(encoding: str) -> None:
    """Only UTF-8 without a byte order mark is read; what looks like another encoding is refused."""
    document = read_yaml("x.yaml", "name: Ü".encode(encoding))

    assert set(codes(document)) <= {"file.encoding", "text.control"}
    assert document.problems


def test_crlf_reads_like_lf() -> None:
    """Windows line ends change neither values nor places."""
    text = "a: 1\nb: |\n  x\n  y\n"
    unix, windows = read_yaml("x", text.encode()), read_yaml("x", text.replace("\n", "\r\n").encode())

    assert unix.value == windows.value == {"a": 1, "b": "x\ny\n"}
    assert unix.key_place(("b",)) == windows.key_place(("b",))


def test_source_lines_are_never_quoted() -> None:
    """What the YAML library says about a broken file does not reach a message, for it quotes the file."""
    document = read_yaml("x.yaml", b"AUTHORIZATION: basic c2VjcmV0\n\tx: [")
    broken = read_yaml("x.yaml", b"AUTHORIZATION: basic: c2VjcmV0")

    for problem in document.problems + broken.problems:
        assert "c2VjcmV0" not in problem.message + problem.fix
        assert "AUTHORIZATION" not in problem.message + problem.fix


def test_all_problems_of_a_file_are_told() -> None:
    """Reading goes on after a refused construct, so that one run shows them all."""
    document = read_yaml("x.yaml", b"a: &x 1\nb: !!str 2\nc: ~\na: 3\n")

    assert codes(document) == ["yaml.alias", "yaml.tag", "yaml.null", "yaml.duplicate-key"]
