"""The published contract, kept by the Chatwoot adapter over the double of its product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.chatwoot.server import FEW_WORDS, a_chatwoot_desk

from reconciler.model.person import PersonId
from reconciler.tenants.chatwoot_table import ADMINISTERS
from reconciler.testing.contract import Desk, TenantContract

FEW = frozenset(
    {
        "conversations.conversation_unassigned_manage",
        "conversations.conversation_participating_manage",
        "areas.contact_manage",
    }
)
MORE = FEW | {"conversations.conversation_manage", "areas.report_manage"}


@pytest.mark.sockets
class TestChatwoot(TenantContract):
    """The adapter with an administrator's token, over real HTTP."""

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """Give the adapter over a fresh account."""
        with a_chatwoot_desk() as served, served.reader() as reader, served.writer() as writer:
            tester = served.account.add_role("Tester", FEW_WORDS, "Tries what is new")
            served.account.roles[tester]["permissions"].append("novelty_manage")
            colleagues = [served.account.add_agent("Dea", custom=served.night)]
            colleagues.append(served.account.add_agent("Eli", custom=served.night, confirmed=False))
            yield Desk(
                odd="Tester",
                novelty="more.novelty_manage",
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
                stranger="areas.teleport",
                standard="Administrator",
                requests=lambda: len(served.api.log),
            )
