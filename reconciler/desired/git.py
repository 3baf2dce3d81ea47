"""Read files of a revision from the objects of the git repository, never from a checkout and never with hooks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from reconciler.desired.yaml_text import MOST_BYTES
from reconciler.errors import UsageProblem

_OBJECT = re.compile(r"[0-9a-f]{40,64}")
_SECONDS = 60
# Where these point elsewhere, git would answer about another repository than the one of the files.
_MISLEADING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_PREFIX")
# With these, git would write what it sends to a stream or a file.
_TELLING = ("GIT_TRACE", "GIT_CURL_VERBOSE")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a revision."""

    path: str
    """Seen from the root that was asked about, with forward slashes."""
    mode: str
    kind: str
    object_id: str

    @property
    def regular(self) -> bool:
        """Whether it is a plain file: no link, no submodule, nothing that can be run."""
        return self.mode == "100644" and self.kind == "blob"


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run of git ended."""

    code: int
    out: bytes


class GitProblem(Exception):
    """Git is missing, there is no repository, or it does not know what was asked for; never leaves this room."""


def resolve(root: Path, revision: str) -> str:
    """Give the id of the commit that `revision` names.

    Raises `GitProblem` where there is none and `UsageProblem` for text that no revision has.
    """
    if not re.fullmatch(r"[A-Za-z0-9_./@{}^~+:=][A-Za-z0-9_./@{}^~+:=-]{0,199}", revision):
        raise UsageProblem("The revision has characters that are refused here", fix="Name a branch, tag or commit id")
    answer = ask_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    # Some versions print the option that ends the options, too.
    commit = answer.decode("utf-8", "replace").split("\n")[-2:-1]
    if not commit or not _OBJECT.fullmatch(commit[0]):
        raise GitProblem
    return commit[0]


def list_blobs(root: Path, commit: str) -> dict[str, Blob]:
    """Give every file below `root` at a commit that `resolve` gave, by path."""
    blobs = {}
    for line in ask_git(root, "ls-tree", "-r", "-z", "--end-of-options", commit).split(b"\0"):
        facts, tab, path = line.partition(b"\t")
        if tab:
            mode, kind, object_id = facts.decode("ascii").split(" ")
            name = os.fsdecode(path)
            blobs[name] = Blob(name, mode, kind, object_id)
    return blobs


def read_blobs(root: Path, blobs: list[Blob]) -> list[bytes]:
    """Give the contents of files, in their order, each cut one byte after what a YAML file may have."""
    if not blobs:
        return []
    asked = "".join(f"{blob.object_id}\n" for blob in blobs).encode("ascii")
    answer = ask_git(root, "cat-file", "--batch", given=asked)
    contents, at = [], 0
    for blob in blobs:
        header, _, _ = answer[at : at + 200].partition(b"\n")
        match = re.fullmatch(rb"([0-9a-f]{40,64}) blob ([0-9]+)", header)
        if match is None or match[1].decode("ascii") != blob.object_id:
            raise GitProblem
        start, size = at + len(header) + 1, int(match[2])
        contents.append(answer[start : start + min(size, MOST_BYTES + 1)])
        at = start + size + 1
    return contents


def would_be_committed(path: Path) -> bool:
    """Whether a file of this name would be part of a git work tree; where git cannot say, it would.

    Neither the file nor its folder need exist.
    """
    place = path.parent.resolve() / path.name
    folder = next(above for above in place.parents if above.is_dir())
    if not any((above / ".git").exists() for above in (folder, *folder.parents)):
        return False
    try:
        ask_git(folder, "check-ignore", "--quiet", "--", f"./{place.relative_to(folder).as_posix()}")
    except GitProblem:
        return True
    return False


def ask_git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git in `root` and give what it wrote; raises `GitProblem` where it ends with anything but 0."""
    ended = run_git(root, *arguments, given=given)
    if ended.code:
        raise GitProblem
    return ended.out


def run_git(
    root: Path,
    *arguments: str,
    given: bytes = b"",
    variables: Mapping[str, str] = MappingProxyType({}),
    seconds: float = _SECONDS,
) -> Ended:
    """Run git in `root`; `variables` are added to its environment.

    Raises `GitProblem` where there is no git, or where it takes longer than `seconds`.
    """
    program = shutil.which("git")
    if program is None:
        raise GitProblem
    environment = {name: value for name, value in os.environ.items() if not _misleads(name)}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    command = [program, "--no-replace-objects", "-C", str(root), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments; what comes from outside follows --end-of-options
            command, input=given, capture_output=True, check=False, timeout=seconds, env={**environment, **variables}
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise GitProblem from error
    return Ended(done.returncode, done.stdout)


def _misleads(name: str) -> bool:
    return name in _MISLEADING or name.startswith(_TELLING)
