"""The actions that the workflows use, done as their own code would do it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fakes.runner_files import copied
from fakes.runner_model import Host, Occasion
from fakes.workflow_file import known, strict_yaml

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
INSTALL = "./.github/actions/reconciler"


@dataclass(kw_only=True)
class Site:
    """Where an action works."""

    host: Host
    occasion: Occasion
    workspace: Path
    artifacts: Path
    path: str = SYSTEM_PATH


def checkout(site: Site, given: Mapping[str, str]) -> str:
    """Clone the commit of the event, without leaving the token behind."""
    known(given, {"fetch-depth", "persist-credentials", "ref"}, "checkout")
    assert given.get("persist-credentials") == "false", "the token would stay in the checkout"
    at, depth = site.occasion, int(given.get("fetch-depth", "1"))
    target = site.workspace
    ref = given.get("ref") or at.sha
    _git(target, "init", "--quiet", "--initial-branch", "main")
    _git(target, "remote", "add", "origin", site.host.remote)
    refs, options = (ref, [f"--depth={depth}"]) if depth else ("+refs/heads/*:refs/remotes/origin/*", [])
    _git(target, "fetch", "--quiet", "--no-tags", *options, "origin", refs)
    if not depth:
        _git(target, "fetch", "--quiet", "--no-tags", "origin", ref)
    if at.ref.startswith("refs/heads/") and ref == at.sha:
        _git(target, "checkout", "--quiet", "--force", "-B", at.ref.removeprefix("refs/heads/"), ref)
    else:
        _git(target, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD" if ref != at.sha else ref)
    return ""


def install(site: Site, given: Mapping[str, str]) -> str:
    """Put the program on the path, as the action of the checkout would."""
    action = strict_yaml(INSTALL, (site.workspace / INSTALL / "action.yml").read_bytes())
    known(given, action.get("inputs", {}), INSTALL)
    assert not given.get("command"), "a workflow of this repository calls the program itself"
    site.path = f"{site.host.tools}:{SYSTEM_PATH}"
    return ""


def set_up_python(_: Site, given: Mapping[str, str]) -> str:
    """Have Python there."""
    known(given, {"python-version"}, "setup-python")
    return ""


def upload(site: Site, given: Mapping[str, str]) -> str:
    """Keep files for the later jobs of this run."""
    known(given, {"name", "path", "if-no-files-found", "retention-days", "overwrite"}, "upload-artifact")
    to = site.artifacts / given["name"]
    if to.exists() and given.get("overwrite") == "true":
        shutil.rmtree(to)
    if to.exists():
        return f"an artefact is called {given['name']} already"
    found = copied(given["path"], site.workspace, to)
    missing = given.get("if-no-files-found", "warn")
    return "no files were found" if not found and missing == "error" else ""


def download(site: Site, given: Mapping[str, str]) -> str:
    """Get files of an earlier job of this run."""
    known(given, {"name", "path"}, "download-artifact")
    kept = site.artifacts / given["name"]
    if not kept.exists():
        return f"there is no artefact {given['name']}"
    shutil.copytree(kept, site.workspace / given.get("path", "."), dirs_exist_ok=True)
    return ""


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


ACTIONS: Mapping[str, Callable[[Site, Mapping[str, str]], str]] = {
    "actions/checkout": checkout,
    "actions/setup-python": set_up_python,
    "actions/upload-artifact": upload,
    "actions/download-artifact": download,
    INSTALL: install,
}
"""Each gives what went wrong, or nothing."""
