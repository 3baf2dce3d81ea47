"""The key is checked without being shown, and blanked wherever it turns up."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from fakes.support import SECRET
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageProblem
from reconciler.tenants.connection import Key
from reconciler.tenants.secret import BLANK, Redaction, usable_secret
from reconciler.tenants.undisguised import undisguised

SECRETS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=60)
TEXTS = st.text(max_size=30)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_newline_of_a_file_is_no_part_of_the_key(ending: str) -> None:
    """One line ending is taken away, nothing else."""
    assert usable_secret(Key(SECRET + ending)) == SECRET


def test_no_key_is_a_usage_problem() -> None:
    """A tenant of this kind cannot be asked without one."""
    with pytest.raises(UsageProblem, match="needs a key"):
        usable_secret(None)


@given(SECRETS, TEXTS, TEXTS)
def test_no_form_of_the_key_survives(secret: str, before: str, after: str) -> None:
    """Raw, quoted, JSON-escaped or in base64 at any offset: it is not in the text any more."""
    redact = Redaction(secret)
    forms = (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])

    for form in forms:
        assert form not in redact(before + form + after).replace(BLANK, "\0")
    for prefix in (b"", b"u", b"u:", b"u:p"):
        encoded = base64.b64encode(prefix + secret.encode() + b"tail").decode()
        assert BLANK in redact(encoded)


def _numbered(pattern: str) -> Callable[[str], str]:
    """Give an encoding that writes every character as a number."""
    return lambda text: "".join(pattern.format(ord(character)) for character in text)


ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, slash kept": quote,
    "percent, much kept": lambda text: quote(text, safe="/+=:~!*'()"),
    "percent, lower case": lambda text: quote(text, safe="").lower(),
    "percent, every character": _numbered("%{:02x}"),
    "HTML": html.escape,
    "HTML in decimals": _numbered("&#{:d};"),
    "HTML in hex": _numbered("&#x{:04X};"),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, slash escaped": lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
    "JSON in numbers": _numbered("\\u{:04X}"),
    "Python": lambda text: repr(text)[1:-1],
    "JavaScript": _numbered("\\x{:02x}"),
    "old JavaScript": _numbered("%u{:04x}"),
    "upper case": str.upper,
}


@given(SECRETS, st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=4))
def test_no_encoding_inside_another_hides_the_key(secret: str, encodings: list[str]) -> None:
    """Whatever was made of the key one after the other, it is blanked, and what stands around it is kept."""
    form = secret
    for encoding in encodings:
        form = ENCODINGS[encoding](form)

    text = Redaction(secret)(f"bad client_secret= {form} was sent")

    assert BLANK in text
    assert form not in text
    plain = undisguised(secret)
    if plain is not None and plain.text == secret.lower():
        assert text == f"bad client_secret= {BLANK} was sent"


@pytest.mark.parametrize("coded", [bytes.hex, lambda raw: raw.hex().upper(), lambda raw: quote(base64.b64encode(raw))])
def test_key_in_hex_or_in_quoted_base64_is_blanked(coded: Callable[[bytes], str]) -> None:
    """What is coded as a whole is found in either case, and where its own signs are quoted."""
    secret = "zd_client_Zm9v+bar/baz==~quux"

    assert Redaction(secret)(f"key {coded(secret.encode())} is wrong").startswith(f"key {BLANK}")


def test_text_of_too_many_levels_is_blanked_whole() -> None:
    """What is decoded a dozen times and still not plain could hold anything, and costs no more time than that."""
    assert Redaction(SECRET)("told %" + "25" * 100_000 + "2b") == BLANK


@pytest.mark.parametrize("text", ["100 %", "a & b;", "x;", "&nonsense;", "%zz", r"\d", "abcd", "&#x41", "%4", "&bne;"])
def test_what_only_looks_like_an_escape_stays(text: str) -> None:
    """Signs that begin no whole escape stand for themselves; backslashes are left out."""
    found = undisguised(text)

    assert found is not None
    assert found.text == text.replace("\\", "")


@given(TEXTS)
def test_other_text_is_unchanged(text: str) -> None:
    """Text without the key stays as it is."""
    assert Redaction(SECRET)(text) == text
