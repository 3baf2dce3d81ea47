"""The published contract, kept by the Zendesk adapter over the double of its product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.zendesk.server import LEAST, a_zendesk_desk

from reconciler.model.person import PersonId
from reconciler.tenants.shape import Part
from reconciler.tenants.zendesk_config import granted
from reconciler.tenants.zendesk_table import ADMINISTERS
from reconciler.tenants.zendesk_vocabulary import Vocabulary
from reconciler.testing.contract import Desk, TenantContract

FEW = Vocabulary().catalogue().closed(granted(Part(LEAST, "a test"), Vocabulary()))
MORE = FEW | {
    "tickets.ticket_editing",
    "tickets.ticket_tag_editing",
    "macro_access.manage-personal",
    "explore_access.readonly",
}


OTHERWISE: dict[str, object] = {
    "created_status": 201,
    "in_use_status": 400,
    "read_only_refused": True,
    "nested_merges": False,
    "token_seconds": None,
    "page_names_total": False,
    "roles_page": 4,
    "moving_touches_role": True,
}
"""Everything that is not documented, the other way round."""


@pytest.mark.sockets
class TestZendesk(TenantContract):
    """The adapter with the OAuth client, over real HTTP, whichever way the product is where its pages are silent."""

    @pytest.fixture(params=[{}, OTHERWISE], ids=["likely", "otherwise"])
    def desk(self, request: pytest.FixtureRequest) -> Iterator[Desk]:
        """Give the adapter over a fresh account."""
        with a_zendesk_desk(**request.param) as served, served.reader() as reader, served.writer() as writer:
            served.account.add_role("Tester", {**LEAST, "brand_new": True}, description="Tries what is new")
            for role in (served.night, served.account.named("Unused")["id"]):
                served.account.roles[role]["configuration"]["brand_new"] = False
            colleagues = [served.account.add_user("Dea", served.night)]
            colleagues.append(served.account.add_user("Eli", served.night, suspended=True))
            yield Desk(
                odd="Tester",
                novelty="more.brand_new",
                colleagues=frozenset(PersonId(str(number)) for number in colleagues),
                inactive=frozenset({PersonId(str(colleagues[-1]))}),
                administers=ADMINISTERS,
                reader=reader,
                tenant=writer,
                used="Night Shift",
                unused="Unused",
                holder=PersonId(str(served.ben)),
                few=FEW,
                more=MORE,
                stranger="tickets.teleport",
                standard="Light agent",
                requests=lambda: len(served.api.log),
            )
