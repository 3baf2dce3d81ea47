"""The published contract, kept by the Zammad adapter over the double of its product in three versions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.zammad.server import a_zammad_desk

from reconciler.model.person import PersonId
from reconciler.testing.contract import Desk, TenantContract

FEW = frozenset({"ticket.agent", "chat.agent", "groups/Users.read"})
MORE = FEW | {"knowledge_base.editor", "knowledge_base.reader", "groups/Users.change", "groups/Sales.overview"}


class ZammadContract(TenantContract):
    """The adapter over one version."""

    version: tuple[int, int]

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """Give the adapter over a fresh server."""
        with a_zammad_desk(self.version) as served, served.reader() as reader, served.writer() as writer:
            server = served.server
            server.extra["chat.novelty"] = 9_000
            server.add_role(
                "Tester", ("ticket.agent", "chat.agent", "chat.novelty"), {"Users": ["read"]}, note="Tries what is new"
            )
            colleagues = [server.add_user("Dea", "Night Shift"), server.add_user("Eli", "Night Shift", active=False)]
            yield Desk(
                odd="Tester",
                novelty="chat.novelty",
                colleagues=frozenset(PersonId(str(number)) for number in colleagues),
                inactive=frozenset({PersonId(str(colleagues[-1]))}),
                administers="admin.role",
                reader=reader,
                tenant=writer,
                used="Night Shift",
                unused="Unused",
                holder=PersonId(str(served.ben)),
                few=FEW,
                more=MORE,
                stranger="ticket.teleport",
                requests=lambda: len(served.api.log),
            )


@pytest.mark.sockets
class TestZammad55(ZammadContract):
    """The version that was recorded."""

    version = (5, 5)


@pytest.mark.sockets
class TestZammad65(ZammadContract):
    """The version that clears the groups of roles without tickets."""

    version = (6, 5)


@pytest.mark.sockets
class TestZammad73(ZammadContract):
    """The version with an audit log."""

    version = (7, 3)
