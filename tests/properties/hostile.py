"""Names and texts that try to be more than text in any output."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from reconciler.render.markdown import marker

MARKER = marker("plan")
HOSTILE = (
    "@team",
    "#123",
    "GH-12",
    "deadbeef",
    "0123456789abcdef0123456789abcdef01234567",
    "https://evil.example/x",
    "www.evil.example",
    "me@evil.example",
    "[a](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "<https://evil.example>",
    "<img src=x onerror=alert(1)>",
    "</code></td></tr><script>x</script>",
    "</details>",
    "<!-- x",
    "--> <b>",
    MARKER,
    "a | b | c",
    "\\| x \\",
    "`",
    "``` x",
    "a`b``c```d",
    "~~~",
    "```\n# Heading\n```",
    "$`x`$",
    "**bold** _it_ ~~gone~~",
    "# Heading",
    "- [x] done",
    "1. one",
    "---",
    "\r\n\r\n| a |\n| - |",
    "&lt;b&gt; &#64;team",
    ":tada:",
    "::stop-commands::x",
    "::error file=x::y",
    "\n::add-mask::x",
    "##[add-mask]x",
    "###[error]x",
    "%0A::error::x",
    "\x1b[2J\x1b]8;;https://evil.example\x07",
    "\u202egnp.exe",
    "\u200b",
    '" | "',
    'x" ` "y',
    "",
    " ",
    "x" * 5_000,
)
"""Names that somebody who may name a role could choose to be read as something else."""
IDS = tuple(f"{number}-{re.sub('[^a-z0-9]+', '-', name.lower())[:20]}" for number, name in enumerate(HOSTILE))
"""What tests call them: letters that any program can hand on as the name of a test."""
hostile = st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join) | st.text(max_size=12)
