"""Make the confirmation of one finding of a plan."""

from __future__ import annotations

import datetime as dt

from reconciler.core.wording import people
from reconciler.errors import UsageProblem
from reconciler.model.finding import Confirmation
from reconciler.model.plan import Plan

DAYS = 14
"""How long a confirmation counts when nobody says otherwise."""


def confirmation_for(
    plan: Plan,
    identifier: str,
    *,
    reason: str,
    people_at_most: int | None,
    expires: dt.date | None,
    today: dt.date,
) -> Confirmation:
    """Give the entry that confirms the finding `identifier` of `plan`, bound to its head count of now.

    Raises `UsageProblem` when the plan has no such finding, the reason is empty, the date has passed, or
    the given head count is smaller than the finding's.
    """
    found = next((f for f in plan.findings if f.confirmation == identifier), None)
    if found is None:
        known = [f.confirmation for f in plan.findings if f.confirmation is not None]
        raise UsageProblem(
            f"The plan has no finding {identifier}",
            fix=f"Use an id of the plan as it is now: {', '.join(known)}" if known else "Nothing needs confirming now",
        )
    if not reason.strip():
        raise UsageProblem("A confirmation needs a reason", fix="Say why with --reason")
    last_day = expires or today + dt.timedelta(days=DAYS)
    if last_day < today:
        raise UsageProblem(f"{last_day.isoformat()} has passed", fix="Choose a day that is still to come")
    limit = found.people if people_at_most is None else people_at_most
    if limit < found.people:
        raise UsageProblem(
            f"It is {people(found.people)} now, so an entry for at most {people(limit)} would not count",
            fix="Leave --people-at-most out, or give a number that covers them",
        )
    return Confirmation(id=identifier, people_at_most=limit, reason=reason.strip(), expires=last_day)
