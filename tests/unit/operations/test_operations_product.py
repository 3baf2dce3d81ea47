"""Applying to a product with rules of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ANYTHING_GOES,
    TAG,
    VIEW,
    a_live_role,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    applied,
    planned,
    some_people,
)
from fakes.tenant import Fault

from reconciler.errors import PlanRefused
from reconciler.model.outcome import Result
from reconciler.model.product import Product

LEAVES = Product(name="Desk", deletes_in_use=True, left_behind=frozenset({VIEW}))
REFUSED = 'Desk keeps the name "Admin". Choose another one.'


@pytest.mark.parametrize("product", [LEAVES, replace(LEAVES, deletes=False, left_behind=frozenset())])
def test_role_in_use_is_retired_where_the_product_allows_it(product: Product) -> None:
    """It is gone from what the tenant lists, nobody holds it, and the outcome is proved."""
    people = some_people(3, "Night")
    tenant = a_tenant(a_live_role("Night", grants=(TAG,)), a_live_role("Agent"), people=people, product=product)

    done = applied(a_request(a_retired_role("night", name="Night"), a_role("agent")), tenant)

    assert done.report is not None
    assert [outcome.result for outcome in done.report.outcomes] == [Result.APPLIED]
    assert tenant.names() == ("Agent",)
    assert all(tenant.user(person.id).role_ids == frozenset() for person in people)
    assert [write.method for write in tenant.writes] == ["delete_role"]


def test_retirement_without_a_clear_answer_is_looked_up() -> None:
    """A role that is no longer listed was retired, whatever became of the reply."""
    tenant = a_tenant(a_live_role("Night", grants=(TAG,)), people=some_people(1, "Night"), product=LEAVES)
    tenant.fail(1, Fault.UNCLEAR_WITH_EFFECT)

    done = applied(a_request(a_retired_role("night", name="Night")), tenant)

    assert done.report is not None
    assert done.report.complete


def test_what_the_product_would_refuse_is_never_sent() -> None:
    """An objection stops the whole plan before the first write."""
    tenant = a_tenant(a_live_role("Agent", grants=(TAG,)))
    tenant.refused = {"Admin": REFUSED}

    request = a_request(a_role("agent"), a_role("admin"), settings=ANYTHING_GOES)

    with pytest.raises(PlanRefused):
        applied(request, tenant)

    assert REFUSED in [finding.message for finding in planned(request, tenant).plan.findings]
    assert tenant.writes == []


def test_name_on_the_way_is_asked_about_too() -> None:
    """Where two roles swap names, the temporary one may be what the product refuses."""
    one = a_role("one", name="Two", previously=["One"], grants=(VIEW,))
    two = a_role("two", name="One", previously=["Two"], grants=(TAG,))
    swap = a_request(one, two)
    tenant = a_tenant(a_live_role("One", grants=(VIEW,)), a_live_role("Two", grants=(TAG,)))
    found = planned(swap, tenant)
    (name,) = [change.temporary for change in found.facts.changes if getattr(change, "temporary", None)]
    tenant.refused = {name: REFUSED}

    assert [f.message for f in planned(swap, tenant).plan.findings if f.guard == "product"] == [REFUSED]
