"""The key is checked without being shown, and blanked wherever it turns up."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from fakes.support import SECRET
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageProblem
from reconciler.tenants.connection import Key
from reconciler.tenants.secret import BLANK, Redaction, usable_secret

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


@given(TEXTS)
def test_other_text_is_unchanged(text: str) -> None:
    """Text without the key stays as it is."""
    assert Redaction(SECRET)(text) == text
