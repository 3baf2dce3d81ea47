"""The embedded tenant answers a generator of requests as its OpenAPI document says, from link to link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.specs.openapi.checks import positive_data_acceptance
from unit.sandbox.sandbox_client import SECRET, a_desk

from reconciler.sandbox.app import SandboxApp

DOCUMENT = Path(__file__).parents[3] / "schemas" / "tenant-api.openapi.yaml"
SEEN_AT_LEAST = {"GET /me", "GET /roles", "GET /roles/{id}", "GET /users", "GET /users/{id}", "GET /audit-log"} | {
    "POST /roles/{id}/duplicate"
}
"""What even the short run gets a success from; the others are reached through links by the long one."""
Started = Callable[..., object]
Wsgi = Callable[[dict[str, Any], Started], Iterable[bytes]]
Seen = Counter[tuple[str, int]]


def as_it_is(app: SandboxApp) -> Wsgi:
    """Change nothing."""
    return app


def with_plain_text(app: SandboxApp) -> Wsgi:
    """Let every reply say that it is text."""

    def answer(environ: dict[str, Any], start: Started) -> Iterable[bytes]:
        return app(environ, lambda status, _, *more: start(status, [("Content-Type", "text/plain")], *more))

    return answer


def explored(examples: int, broken: Callable[[SandboxApp], Wsgi] = as_it_is) -> Seen:
    """Ask a fresh desk in each of so many runs, and count the answers; raises for any that was not promised.

    One check is left out: that whatever fits the schema is accepted. The tenant also refuses what no schema can say,
    such as a name that is taken or the cursor of another list.
    """
    schema = schemathesis.openapi.from_path(DOCUMENT)
    schema.app = as_it_is
    seen: Seen = Counter()

    @schema.auth()
    class Key:
        """The key of an owner; checks that leave it away or spoil it do so themselves."""

        def get(self, *_: object) -> str:
            return SECRET

        def set(self, case: schemathesis.Case, data: str, _: object) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    class Explorer(schema.as_state_machine()):
        """One desk, asked again and again."""

        def setup(self) -> None:
            self.opened = ExitStack()
            self.app = broken(self.opened.enter_context(a_desk()).app)
            super().setup()

        def teardown(self) -> None:
            self.opened.close()
            super().teardown()

        def get_call_kwargs(self, *_: object) -> dict[str, Any]:
            return {"app": self.app}

        def after_call(self, response: schemathesis.Response, case: schemathesis.Case) -> None:
            seen[case.operation.label, response.status_code] += 1
            super().after_call(response, case)

        def validate_response(self, response: schemathesis.Response, case: schemathesis.Case, **kept: object) -> None:
            case.validate_response(
                response,
                excluded_checks=[positive_data_acceptance],
                transport_kwargs=kept,
                recorder=self.recorder,
            )

    run_state_machine_as_test(
        Explorer,
        settings=settings(
            max_examples=examples,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return seen


def successes(seen: Seen) -> set[str]:
    """Give the operations that were carried out at least once."""
    return {label for label, status in seen if status < 300}


def test_any_request_is_answered_as_the_document_says() -> None:
    """Status, media type, headers and shape fit, keys are required, and what was deleted is gone, from link to link."""
    assert successes(explored(12)) >= SEEN_AT_LEAST


@pytest.mark.campaign
def test_every_operation_is_answered_as_the_document_says() -> None:
    """A long run carries every operation out and finds nothing that the document does not promise."""
    seen = explored(400)

    labels = {label for label, _ in seen}
    assert successes(seen) == labels
    assert len(labels) == 12


def test_an_answer_that_was_not_promised_is_noticed() -> None:
    """The same run refuses replies of another media type."""
    with pytest.raises(schemathesis.errors.FailureGroup) as caught:
        explored(1, with_plain_text)

    assert "text/plain" in str(caught.value)
