"""A reply's bytes are JSON with exactly one meaning, or they are refused."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.tenants.strict_json import MAX_DEPTH, UnusableJsonError, parse

# Half a character is no text that JSON can carry.
TEXTS = st.text(st.characters(codec="utf-8"))
DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(DOCUMENTS, st.booleans())
def test_good_json_keeps_its_value(document: object, ascii_only: bool) -> None:
    """Whatever a strict writer writes is read as it was."""
    assert parse(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_the_one_error(payload: bytes) -> None:
    """No input gets another exception out of the parser."""
    with contextlib.suppress(UnusableJsonError):
        parse(payload)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"{} // why", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"\xff", "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'{"a": 1, "b": {"x": 1, "x": 1}}', "same key twice"),
        (b'{"a": 1, "\\u0061": 2}', "same key twice"),
        (b"[NaN]", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e999]", "too large"),
        (b"[-1e999]", "too large"),
        (b"[1234567890123456789]", "18 digits"),
        (b"[-1234567890123456789]", "18 digits"),
        (b'["\\ud800"]', "half a character"),
        (b'{"\\udc00": 1}', "half a character"),
        (b"[" * 33 + b"]" * 33, "32 levels"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "32 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "32 levels"),
        (b"[" * 100_000, "32 levels"),
    ],
)
def test_json_with_two_meanings_or_none_is_refused(payload: bytes, words: str) -> None:
    """Each way in which two readers could disagree has its own words, and never quotes the document."""
    with pytest.raises(UnusableJsonError, match=words) as caught:
        parse(payload)

    assert caught.value.__cause__ is None


def test_the_deepest_allowed_document_is_read() -> None:
    """The limit is what the words say."""
    value = parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)

    assert isinstance(value, list)


def test_numbers_within_bounds_stay_exact() -> None:
    """Eighteen digits are an integer, not a float."""
    assert parse(b"[-999999999999999999, 9007199254740993, 0.5]") == [-999999999999999999, 9007199254740993, 0.5]
