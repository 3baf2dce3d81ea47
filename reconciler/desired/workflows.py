"""The workflows of a repository of roles: this program's own, with an installation that fits any repository."""

from __future__ import annotations

import json
import re

from reconciler import __version__
from reconciler.desired.settings import SETTINGS
from reconciler.desired.shipped import shipped_text, template

ACTION = ".github/actions/reconciler"
WORKFLOWS = tuple(f".github/workflows/roles-{job}.yml" for job in ("validate", "plan", "apply", "drift"))
_SHIPPED = (*WORKFLOWS, f"{ACTION}/action.yml", f"{ACTION}/run.sh", ".github/zizmor.yml")
_INSTALLATION = {f"{ACTION}/install.sh": "install.sh", f"{ACTION}/tool.txt": "tool.txt"}
_REQUIREMENTS = f"{ACTION}/requirements.txt"

WORKFLOW_FILES = tuple(sorted((*_SHIPPED, *_INSTALLATION, _REQUIREMENTS)))
"""Everything that the workflows are made of, with the program that they install."""

_OUR_COMMAND = re.compile(r"^( +(?:run: )?reconciler) ", flags=re.MULTILINE)
_TOP_RIGHTS = "\npermissions: {}\n"


def workflow_texts(below: str = "") -> dict[str, str]:
    """Give the text of each file of `WORKFLOW_FILES`.

    `below` is the way from the top of the git repository, where workflows run, to the folder of the settings: empty,
    or with a slash at its end.
    """
    texts = {path: shipped_text(path) for path in _SHIPPED}
    texts |= {path: template(name).replace("@VERSION@", __version__) for path, name in _INSTALLATION.items()}
    texts[_REQUIREMENTS] = shipped_text("requirements/runtime.txt")
    if below:
        texts |= {path: _seen_from_above(texts[path], below + SETTINGS) for path in WORKFLOWS}
    return {path: texts[path] for path in WORKFLOW_FILES}


def _seen_from_above(text: str, settings: str) -> str:
    """Name the settings in every command of ours; as a variable, because no name of a folder belongs in a script."""
    variable = f"\nenv:\n  SETTINGS: {json.dumps(settings, ensure_ascii=False)}\n"
    return _OUR_COMMAND.sub(r'\1 --settings "$SETTINGS" ', text).replace(_TOP_RIGHTS, _TOP_RIGHTS + variable, 1)
