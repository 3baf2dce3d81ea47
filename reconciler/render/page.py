"""The frame of an HTML file that loads nothing and runs nothing, and the one way of foreign text into it."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Iterator

from reconciler.render.escape import visible


def text(foreign: str, most: int | None = None) -> str:
    """Escape text for any place in the file; every text that is not written by us goes through this."""
    return html.escape(visible(foreign, most), quote=True)


def page(title: str, style: str, body: Iterable[str]) -> str:
    """Give the whole file; `title` may be foreign, `style` and `body` are finished.

    The policy allows the one style by its hash and nothing else: no script, picture, font, frame or form.
    """
    return "".join(f"{part}\n" for part in _parts(title, style, body))


def _parts(title: str, style: str, body: Iterable[str]) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{text(title)}</title>\n<style>{style}</style>\n</head>\n<body>"
    yield from body
    yield "</body>\n</html>"
