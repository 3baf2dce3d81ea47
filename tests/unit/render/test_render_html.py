"""A plan as a page: nothing is loaded or run, and signs stand beside colours."""

from __future__ import annotations

import base64
import hashlib
import re

from builders import (
    ANYTHING_GOES,
    REPLY,
    VIEW,
    a_live_role,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
    some_people,
)

from reconciler.model.finding import GuardSettings
from reconciler.operations.plan import Planned
from reconciler.render.plan_html import plan_html
from reconciler.render.view import full_view

AGENT = a_live_role("Agent", grants=(VIEW, REPLY))


def page(found: Planned) -> str:
    """Give the page of a plan."""
    return plan_html(full_view(found.plan, found.facts))


def test_html_loads_and_runs_nothing() -> None:
    """The policy allows the one style by its hash; there is no script, link, picture or address."""
    told = page(planned(a_request(a_role("agent"), a_role("new")), a_tenant(AGENT, a_live_role("Wild"))))

    style = re.search(r"<style>(.*?)</style>", told, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src &#x27;none&#x27;; style-src &#x27;sha256-{digest}&#x27;" in told
    assert not re.search(r"<(script|link|img|iframe|form|a)\b|https?:|\son\w+=|url\(", told)
    assert "Not managed here, left alone (1)" in told


def test_html_says_the_verdict_beside_its_colour() -> None:
    """Ready, to confirm and refused are words, too; a refused plan has no command."""
    tenant = a_tenant(AGENT, people=some_people(20, "Agent"))
    ready = page(planned(a_request(a_role("agent"), settings=ANYTHING_GOES), tenant))
    waiting = page(planned(a_request(a_role("agent", owner="leads"), settings=GuardSettings()), tenant))
    refused = page(planned(a_request(a_retired_role("agent")), tenant))
    nothing = page(planned(a_request(a_role("agent", grants=(VIEW, REPLY))), tenant))

    assert 'class="verdict good"><strong>1 change, ready to apply' in ready
    assert f'<td class="sign">-</td><td>agent</td><td>{REPLY}</td><td>20 of 20 lose it</td>' in ready
    assert "<pre>reconciler apply --expect sha256:" in ready
    assert 'class="verdict care"' in waiting
    assert "owner: leads" in waiting
    assert 'class="verdict bad"' in refused
    assert "<pre>reconciler" not in refused
    assert "Digest" not in nothing
