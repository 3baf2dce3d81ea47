"""The rules that every workflow and action keeps; each gives the places where a file breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workflows.reading import File, expressions, strings

Rule = Callable[[File], list[str]]
Job = Mapping[str, Any]

OPEN_TO_STRANGERS = frozenset({"pull_request", "merge_group"})
"""Started by what somebody wants to merge, and run as that says."""
TRIGGERS = OPEN_TO_STRANGERS | {"pull_request_target", "push", "schedule", "workflow_dispatch"}
ACTIONS = frozenset(
    {"actions/checkout", "actions/setup-python", "actions/upload-artifact", "actions/download-artifact"}
)
ENVIRONMENTS = frozenset({"tenant-read", "tenant-write"})
MOST_MINUTES = 60

_PIN = re.compile(r"(?P<action>[\w.-]+/[\w.-]+)@[0-9a-f]{40}")
_PINNED_LINE = re.compile(r"\buses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
_LOCAL = re.compile(r"\./\.github/actions/[a-z-]+")
_SECRET = re.compile(r"\bsecrets\b|\bgithub\s*(\.\s*token|\[)", re.IGNORECASE)
_KEY = "${{ secrets.RECONCILER_KEY }}"
_TERM = re.compile(r"'[^']*'|[A-Za-z_][\w.\-\[\]*]*")
# What the outside cannot choose, or, for the name of a label, what is only compared. No title, branch, author, message.
_KNOWN_TERMS = re.compile(
    r"secrets\.RECONCILER_KEY|github\.(token|ref|ref_name|sha|event_name)|vars\.RECONCILER_TENANT|runner\.temp"
    r"|github\.event\.(pull_request\.number|label\.name|repository\.default_branch|pull_request\.base\.ref)"
    r"|needs\.[a-z]+\.(result|outputs\.[a-z]+)|steps\.[a-z]+\.outputs\.[a-z]+|inputs\.[a-z-]+|matrix\.python"
    r"|always|cancelled|'[^']*'"
)
_OUTPUT_LINE = 'echo "code=$code" >> "$GITHUB_OUTPUT"'
_SUMMARY_LINE = re.compile(r'cat "\$RUNNER_TEMP/told/[a-z]+\.md" >> "\$GITHUB_STEP_SUMMARY"')


def names_a_secret(value: object) -> bool:
    """Whether a value names a secret or the token, in any of the ways to write it."""
    return any(_SECRET.search(text) for text in expressions(value)) or "secrets" in _keys(value)


def has_key(job: Job) -> bool:
    """Whether a job may get at the key of a tenant."""
    return "environment" in job or any("secrets" in text.lower() for text in (*expressions(job), *_keys(job)))


def writes(job: Job) -> list[str]:
    """Give the rights of a job that change something on GitHub."""
    rights = job.get("permissions", "write-all")
    return [rights] if isinstance(rights, str) else sorted(name for name, level in rights.items() if level != "read")


def starts_as_known(file: File) -> list[str]:
    """Nothing starts a workflow that carries texts or artefacts of strangers, such as a comment or another run."""
    return [f"{file.path}: {name}" for name in file.triggers if name not in TRIGGERS]


def gives_strangers_nothing(file: File) -> list[str]:
    """Give what a pull request can change nothing: no secret, token or environment, at most the files to read (T1)."""
    if not file.is_action and OPEN_TO_STRANGERS.isdisjoint(file.triggers):
        return []
    faults = [f"{file.path}: env"] * names_a_secret(file.value.get("env", {}))
    for name, job in file.jobs.items():
        place = f"{file.path}: {name}"
        faults += [f"{place} names a secret"] * names_a_secret(job)
        faults += [f"{place} has an environment"] * ("environment" in job)
        least = file.is_action or job.get("permissions") == {"contents": "read"}
        faults += [f"{place} has rights"] * (not least)
    return faults


def keeps_keys_in_environments(file: File) -> list[str]:
    """Keep a key a secret of an environment, seen by one step alone, which runs our program (T2)."""
    faults = [f"{file.path}: env"] * any("secrets" in text for text in expressions(file.value.get("env", {})))
    for name, job in file.jobs.items():
        place = f"{file.path}: {name}"
        outside = {key: value for key, value in job.items() if key != "steps"}
        faults += [f"{place}: outside a step"] * (has_key(outside) and "environment" not in outside)
        faults += [f"{place}: outside a step"] * any("secrets" in t for t in (*expressions(outside), *_keys(outside)))
        environment = job.get("environment")
        faults += [f"{place}: environment"] * (environment is not None and environment not in ENVIRONMENTS)
        seeing = [step for step in job.get("steps", ()) if any("secrets" in text for text in expressions(step))]
        faults += [f"{place}: no environment"] * (bool(seeing) and environment is None)
        faults += [f"{place}: {len(seeing)} steps"] * (len(seeing) > 1)
        faults += [f"{place}: not as RECONCILER_KEY" for step in seeing if not _only_as_variable(step)]
    return faults


def separates_key_and_write(file: File) -> list[str]:
    """No job can both use a key and change something on GitHub."""
    return [f"{file.path}: {n} writes {writes(j)}" for n, j in file.jobs.items() if has_key(j) and writes(j)]


def writes_to_tenant_from_main_only(file: File) -> list[str]:
    """Use the key that writes for what was merged alone, one run at a time and never cut off."""
    faults = []
    for name, job in file.jobs.items():
        if job.get("environment") != "tenant-write":
            continue
        place = f"{file.path}: {name}"
        faults += [f"{place} is started by {t}" for t in file.triggers if t not in {"push", "workflow_dispatch"}]
        faults += [f"{place} is started by any branch"] * ("push" in file.triggers and not _main_only(file))
        calm = job.get("concurrency") == {"group": "roles-apply", "cancel-in-progress": False}
        faults += [f"{place} may run twice or be cut off"] * (not calm)
    return faults


def runs_no_expression(file: File) -> list[str]:
    """Values reach a script as variables; what stands in a script is what was reviewed (T4)."""
    parts = ("run", "shell", "working-directory")
    faults = [f"{place}: {key}" for place, step in file.steps() for key in parts if "${{" in str(step.get(key, ""))]
    bodies = (file.value, *file.jobs.values())
    return faults + [f"{file.path}: defaults" for body in bodies if "${{" in str(body.get("defaults", ""))]


def takes_known_values_only(file: File) -> list[str]:
    """No title, branch, author or message comes in, not even as a variable (T4)."""
    terms = ((e, term) for e in expressions(file.value) for term in _TERM.findall(e))
    return [f"{file.path}: {e}" for e, term in terms if not _KNOWN_TERMS.fullmatch(term)]


def writes_no_command(file: File) -> list[str]:
    """Scripts of workflows tell the runner an exit code and a report, and no other command (T10, T11)."""
    faults = []
    for place, step in file.steps():
        for line in str(step.get("run", "")).splitlines():
            told = line.strip()
            known = told == _OUTPUT_LINE or _SUMMARY_LINE.fullmatch(told)
            faults += [f"{place}: {told}"] * (not known and bool(re.search(r"GITHUB_(?!TOKEN)|::|##\[|\becho\b", told)))
    return [fault for fault in faults if "$GITHUB_ACTION_PATH/" not in fault]


def pins_actions(file: File) -> list[str]:
    """Every action is a commit id with its version beside it, or local; only those we have read (T33)."""
    faults = []
    for place, step in file.steps():
        used = step.get("uses")
        pin = _PIN.fullmatch(used or "")
        known = pin is not None and pin["action"] in ACTIONS
        faults += [f"{place}: {used}"] * (used is not None and not known and not _LOCAL.fullmatch(used))
    lines = [line for line in file.text.splitlines() if re.match(r"\s*(- )?uses:", line)]
    faults += [f"{file.path}: {x}" for x in lines if "./" not in x and not _PINNED_LINE.search(x)]
    # A reusable workflow, a container or a service would be code that nothing here pins.
    foreign = {"uses", "container", "services", "image"}
    return faults + [f"{file.path}: {n}" for n, job in file.jobs.items() if not foreign.isdisjoint(job)]


def starts_without_rights(file: File) -> list[str]:
    """Rights are none at the top, and each job lists its own."""
    if file.is_action:
        return []
    faults = [f"{file.path}: top"] * (file.value.get("permissions") != {})
    return faults + [
        f"{file.path}: {n}" for n, job in file.jobs.items() if not isinstance(job.get("permissions"), dict)
    ]


def keeps_no_credentials(file: File) -> list[str]:
    """Leave no token on the disk after a checkout."""
    return [
        p for p, s in file.steps() if _uses(s, "checkout") and s.get("with", {}).get("persist-credentials") is not False
    ]


def checks_out_no_head(file: File) -> list[str]:
    """Check out and run the default branch alone where a pull request starts a job with rights (T3, T18)."""
    faults = [
        p
        for p, s in file.steps()
        if _uses(s, "checkout") and not {"fetch-depth", "persist-credentials"} >= set(s["with"])
    ]
    if "pull_request_target" in file.triggers:
        pattern = re.compile(r"reconciler [^;&|\n]*")
        faults += [p for p, s in file.steps() if "run" in s and not pattern.fullmatch(s["run"].strip())]
        faults += [f"{file.path}: {e}" for e in expressions(file.value) if "head" in e.replace("outputs.head", "")]
    return faults


def restores_no_cache(file: File) -> list[str]:
    """Nothing that another run left behind comes into a job (T17)."""
    faults = [p for p, s in file.steps() if "cache" in str(s.get("uses", ""))]
    return faults + [f"{p}: {k}" for p, s in file.steps() for k in s.get("with", {}) if "cache" in str(k)]


def takes_artefacts_of_its_own_run(file: File) -> list[str]:
    """Take artefacts only from a job of the same run that came before (T16)."""
    kept = {s["with"]["name"]: p.split(", ")[0] for p, s in file.steps() if _uses(s, "upload-artifact")}
    faults = []
    for place, step in file.steps():
        if not _uses(step, "download-artifact"):
            continue
        given = step.get("with", {})
        faults += [f"{place}: {sorted(given)}"] * (set(given) != {"name", "path"})
        job = place.split(", ")[0].rpartition(": ")[2]
        maker = kept.get(given.get("name", ""), "").rpartition(": ")[2]
        faults += [f"{place}: nobody before it made it"] * (maker not in _before(file, job))
    return faults


def ends_in_time(file: File) -> list[str]:
    """No job runs for hours, and each runs on a known image."""
    if file.is_action:
        return []
    faults = []
    for name, job in file.jobs.items():
        minutes = job.get("timeout-minutes")
        faults += [f"{file.path}: {name}"] * (not isinstance(minutes, int) or not 0 < minutes <= MOST_MINUTES)
        faults += [f"{file.path}: {name} on {job.get('runs-on')}"] * (job.get("runs-on") != "ubuntu-24.04")
    return faults


def queues(file: File) -> list[str]:
    """Let runs of one workflow not pile up."""
    group = file.value.get("concurrency", {})
    named = isinstance(group, dict) and bool(group.get("group")) and "cancel-in-progress" in group
    return [file.path] * (not file.is_action and not named)


RULES: tuple[Rule, ...] = (
    starts_as_known,
    gives_strangers_nothing,
    keeps_keys_in_environments,
    separates_key_and_write,
    writes_to_tenant_from_main_only,
    runs_no_expression,
    takes_known_values_only,
    writes_no_command,
    pins_actions,
    starts_without_rights,
    keeps_no_credentials,
    checks_out_no_head,
    restores_no_cache,
    takes_artefacts_of_its_own_run,
    ends_in_time,
    queues,
)


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _only_as_variable(step: Mapping[str, Any]) -> bool:
    """Whether the one mention of a secret in a step is the variable of our program."""
    mentions = [text for text in strings(step) if "secrets" in text]
    return "run" in step and mentions == [_KEY] and step["env"].get("RECONCILER_KEY") == _KEY


def _main_only(file: File) -> bool:
    return file.triggers["push"] == {"branches": ["main"]}


def _uses(step: Mapping[str, Any], action: str) -> bool:
    return str(step.get("uses", "")).startswith(f"actions/{action}@")


def _before(file: File, job: str) -> set[str]:
    """Give the jobs that a job waits for, and those that they wait for."""
    needs = file.jobs[job].get("needs", [])
    near = {needs} if isinstance(needs, str) else set(needs)
    return near.union(*(_before(file, name) for name in near))
