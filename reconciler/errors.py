"""The errors raised on purpose, and the one table from an error to an exit code.

Every error has a fixed `summary` without user data, so that people learn to recognise it, a `detail`
that says what happened and why it matters here, and a `fix`: one imperative. Errors are values with
facts; they never print, log or exit.

    ReconcilerError
    ├─ UsageProblem          options or settings that cannot be used                      64
    ├─ InputRejected         the user's files; holds every Problem                         3
    ├─ NoRolesFound          an empty roles folder is never planned as "all unmanaged"     4
    ├─ PlanRefused           a guard blocks                                                4
    ├─ ConfirmationMissing   a finding nobody confirmed, or no longer                      5
    ├─ PlanStale             the tenant or the files moved since the plan was reviewed     6
    │  ├─ ReviewUnusable     nobody can say what was reviewed
    │  └─ Superseded         a newer commit took the place of this one
    ├─ TenantError           the tenant could not be read completely                       7
    │  ├─ TenantUnreachable, TenantRefusedKey, TenantForbade, TenantRateLimited,
    │  │  TenantRejected, TenantFaulted, TenantAnswerUnusable, LiveIncomplete
    │  └─ WriteConflict, WriteRefused, WriteUnclear   answers to a write; apply turns them into outcomes
    ├─ GithubProblem         GitHub could not be read or written; of a courtesy it is a note  7
    ├─ PlanUnsound           the planner broke its own invariants: our bug                70
    ├─ FilesUnsound          a file drafted from a live role does not say that role: our bug  70
    └─ Interrupted           stopped by the person at the keyboard                       130
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar


class Exit(IntEnum):
    """What a finished process says to the shell; 3, 4, 5, 7 and 64 promise that no tenant was written to."""

    DONE = 0
    CHANGES_PENDING = 2
    INPUT_REJECTED = 3
    REFUSED = 4
    CONFIRMATION = 5
    STALE = 6
    TENANT_UNREADABLE = 7
    PARTLY_APPLIED = 8
    USAGE = 64
    OUR_BUG = 70
    INTERRUPTED = 130


class Severity(StrEnum):
    """Whether a problem stops the command; the stricter member comes first."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in the user's files; sorts by place, then code."""

    path: str
    """File as the user named it, with forward slashes."""
    line: int
    """Counted from 1; 0 when the problem is the file itself."""
    column: int
    """Counted from 1; 0 when the problem is the file itself."""
    code: str
    """Stable, documented in docs/errors.md, such as `yaml.duplicate-key`."""
    message: str
    """What is wrong, in one sentence; foreign text in it is not yet escaped."""
    fix: str
    """One imperative."""
    severity: Severity = Severity.ERROR
    """Only errors stop a command; warnings are advice."""


class ReconcilerError(Exception):
    """Any error raised on purpose; `code`, `summary` and `exit_code` belong to the class, the rest to the case."""

    code: ClassVar[str] = "error"
    summary: ClassVar[str] = "The command could not finish"
    exit_code: ClassVar[Exit] = Exit.OUR_BUG

    def __init__(self, detail: str, *, fix: str = "", reasons: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix
        self.reasons = reasons
        """One sentence or two for each thing that stands in the way, where there can be several."""


class UsageProblem(ReconcilerError):
    """Options or settings that cannot be used."""

    code = "usage"
    summary = "Usage or settings"
    exit_code = Exit.USAGE


class SettingsRejected(UsageProblem):
    """The settings file is missing or wrong; holds every problem, sorted."""

    code = "settings"
    summary = "Settings rejected"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the settings", fix="Correct the lines named above")
        self.problems = tuple(sorted(problems))


class InputRejected(ReconcilerError):
    """The role files or confirmations are wrong; holds every problem, sorted."""

    code = "input"
    summary = "Files rejected"
    exit_code = Exit.INPUT_REJECTED

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the files", fix="Correct the lines named above")
        self.problems = tuple(sorted(problems))


class NoRolesFound(ReconcilerError):
    """The roles folder holds no role; planning that would silently unmanage everything."""

    code = "no-roles"
    summary = "No role files found"
    exit_code = Exit.REFUSED


class PlanRefused(ReconcilerError):
    """At least one guard blocks; nothing was written."""

    code = "refused"
    summary = "Refused by a guard"
    exit_code = Exit.REFUSED


class ConfirmationMissing(ReconcilerError):
    """At least one finding needs a confirmation that is missing, expired or exceeded; nothing was written."""

    code = "confirmation"
    summary = "Confirmation needed"
    exit_code = Exit.CONFIRMATION


class PlanStale(ReconcilerError):
    """What was reviewed is not what would happen now; nothing is written after this is found."""

    code = "stale"
    summary = "The plan is stale"
    exit_code = Exit.STALE


class ReviewUnusable(PlanStale):
    """The file of the review is there and is none, so nobody knows what was reviewed; nothing was written."""

    code = "stale.review"
    summary = "The review cannot be read"


class Superseded(PlanStale):
    """A newer commit took the place of the one that this run is about; nothing was written."""

    code = "superseded"
    summary = "Superseded by a newer commit"


class TenantError(ReconcilerError):
    """The tenant did not answer as needed; holds method and path, never headers or a key."""

    code = "tenant"
    summary = "Tenant could not be read"
    exit_code = Exit.TENANT_UNREADABLE


class TenantUnreachable(TenantError):
    """No answer in time, or no connection."""

    code = "tenant.unreachable"


class TenantRefusedKey(TenantError):
    """401: the key is missing, malformed or revoked."""

    code = "tenant.key"


class TenantForbade(TenantError):
    """403: the key lacks a right; `detail` names it where the tenant does."""

    code = "tenant.forbidden"


class TenantRateLimited(TenantError):
    """429 for longer than the time that is left; `retry_after` is in seconds."""

    code = "tenant.rate-limit"

    def __init__(self, detail: str, *, retry_after: float, fix: str = "") -> None:
        super().__init__(detail, fix=fix)
        self.retry_after = retry_after


class TenantRejected(TenantError):
    """Another 4xx, or a redirect; the tenant's own words are cut and escaped before display."""

    code = "tenant.rejected"


class TenantFaulted(TenantError):
    """5xx on every attempt."""

    code = "tenant.fault"


class TenantAnswerUnusable(TenantError):
    """It answered, but not in the promised shape, size or type."""

    code = "tenant.answer"


class LiveIncomplete(TenantError):
    """A listing could not be proved complete; "could not read" is never "there is none"."""

    code = "live.incomplete"


class LiveAmbiguous(TenantError):
    """Two live roles cannot be told apart by name, so no role file can mean one of them."""

    code = "live.ambiguous"


class LiveElsewhere(TenantError):
    """The tenant that answers is not the one that the settings name by its id."""

    code = "live.tenant"


class WriteConflict(TenantError):
    """A write found another state than the one that was read (409 or 412); the newer value was kept."""

    code = "write.conflict"
    sent: bool = True
    """False where that was seen before a request to write was made."""


class WriteRefused(TenantError):
    """The tenant clearly said no to a write; it had no effect."""

    code = "write.refused"
    sent: bool = True
    """False where it was refused before a request to write was made."""


class WriteUnclear(TenantError):
    """A write whose effect is not known: no answer, 429 or 5xx; read back before anything is repeated.

    `retry_after` is in seconds, 0 where the tenant named none.
    """

    code = "write.unclear"

    def __init__(self, detail: str, *, retry_after: float = 0.0, fix: str = "") -> None:
        super().__init__(detail, fix=fix)
        self.retry_after = retry_after


class GithubProblem(ReconcilerError):
    """GitHub could not be read or written; never a reason to fail an apply, and of a courtesy only a note."""

    code = "github"
    summary = "GitHub did not answer as needed"
    exit_code = Exit.TENANT_UNREADABLE


class PlanUnsound(ReconcilerError):
    """The planner broke one of its own invariants; nothing was written."""

    code = "bug.plan"
    summary = "A bug of ours"
    exit_code = Exit.OUR_BUG


class FilesUnsound(ReconcilerError):
    """A file that was drafted from a live role does not read back as that role; nothing was written."""

    code = "bug.files"
    summary = "A bug of ours"
    exit_code = Exit.OUR_BUG


class Interrupted(ReconcilerError):
    """Stopped by the person at the keyboard, after the request under way was settled."""

    code = "interrupted"
    summary = "Interrupted"
    exit_code = Exit.INTERRUPTED
