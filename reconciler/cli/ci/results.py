"""Writes the folder that travels from the job that plans to the job that publishes, whatever became of the plan."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.ci.folder import COMMENT, REVIEW
from reconciler.cli.invocation import Invocation
from reconciler.core.reviewing import review_of, review_of_error, unfinished_review
from reconciler.errors import ReconcilerError, UsageProblem
from reconciler.model.review import Review

if TYPE_CHECKING:
    from reconciler.cli.wiring import Project
    from reconciler.operations.plan import Planned

PLAN = "plan.json"
PAGE = "plan.html"
COMMAND = "plan"
"""What the documents say that a reader can run to see more."""

_UNFINISHED = "## The plan did not finish\n\nThe log of the run says why. Nothing was written to the tenant.\n"


class Results:
    """One plan folder; `base` and `head` are set as soon as they are known."""

    def __init__(self, invocation: Invocation, folder: Path) -> None:
        self.base: str | None = None
        self.head: str | None = None
        self._invocation = invocation
        self._folder = folder

    def begin(self, project: Project) -> None:
        """Put a word that nothing was finished in place of what an earlier run left, for whatever ends this one.

        Raises `UsageProblem` where the folder cannot be used.
        """
        from reconciler.github.review import encode_review
        from reconciler.render.markdown import marker

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageProblem(
                f"{self._folder} cannot be made ({error.strerror})", fix="Name another folder with --out"
            ) from error
        for name in (PLAN, PAGE, COMMENT, REVIEW):
            project.require_output(self._folder / name)
        for name in (PLAN, PAGE, COMMENT, REVIEW):
            (self._folder / name).unlink(missing_ok=True)
        self._write(COMMENT, f"{marker(COMMAND)}\n{_UNFINISHED}")
        self._write(REVIEW, encode_review(unfinished_review(self.head)))

    def planned(self, planned: Planned) -> None:
        """Write a plan in every form, and its findings as annotations to standard output."""
        from reconciler.github.labels import labels_for
        from reconciler.render.annotations import plan_annotations
        from reconciler.render.plan_html import plan_html
        from reconciler.render.plan_json import encode
        from reconciler.render.plan_markdown import plan_markdown
        from reconciler.render.plan_text import verdict_text
        from reconciler.render.view import full_view

        shown = full_view(planned.plan, planned.facts, self.base, self._invocation.tenant)
        self._write(PLAN, encode(planned.plan))
        self._write(PAGE, plan_html(shown))
        labels = [str(label) for label in labels_for(planned.plan)]
        self._finish(review_of(planned.plan, planned.facts.changes, self.base, labels), plan_markdown(shown))
        self._invocation.give(plan_annotations(shown))
        self._invocation.tell(verdict_text(shown))

    def stopped(self, error: ReconcilerError) -> None:
        """Write what stopped the plan, and its problems as annotations to standard output."""
        from reconciler.render.annotations import error_annotations
        from reconciler.render.problems_markdown import error_markdown

        self._finish(review_of_error(error, self.base, self.head), error_markdown(error, COMMAND))
        self._invocation.give(error_annotations(error))

    def _finish(self, review: Review, comment: str) -> None:
        from reconciler.github.outputs import append_summary, write_outputs
        from reconciler.github.review import encode_review

        self._write(COMMENT, comment)
        self._write(REVIEW, encode_review(review))
        append_summary(os.environ, comment)
        write_outputs(os.environ, {"digest": review.digest, "verdict": review.verdict})

    def _write(self, name: str, text: str) -> None:
        from reconciler.cli.output import write_file

        write_file(self._folder / name, text)
