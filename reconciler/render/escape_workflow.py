"""Make foreign text safe in the workflow commands of a GitHub runner, which reads them from any line of output."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.render.escape import visible


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """Give one line that a runner reads as exactly this command; properties without a text are left out."""
    told = ",".join(f"{key}={workflow_property(text)}" for key, text in properties.items() if text)
    return f"::{name}{' ' if told else ''}{told}::{workflow_data(message)}"


def workflow_data(text: str) -> str:
    """Escape the message of a command; line ends in it are ours and become line ends of the annotation."""
    return "%0A".join(visible(part).replace("%", "%25") for part in text.split("\n"))


def workflow_property(text: str) -> str:
    """Escape a property of a command, which additionally ends at a colon or a comma."""
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
