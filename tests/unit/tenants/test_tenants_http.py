"""The client refuses what cannot be asked before it opens anything."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fakes.support import a_client, a_connection

from reconciler.errors import TenantAnswerUnusable, UsageProblem, WriteRefused
from reconciler.tenants.address import BaseAddress
from reconciler.tenants.http import HttpReader, HttpWriter
from reconciler.tenants.support import KIND
from reconciler.tenants.verdict import Terms


@pytest.mark.parametrize("url", [None, "http://desk.example", "https://u:p@desk.example"])
def test_an_unusable_address_is_a_usage_problem(url: str | None) -> None:
    """Opening fails before anything is sent."""
    with pytest.raises(UsageProblem), KIND.open_reader(a_connection(url)):
        pass


def test_an_address_that_the_library_would_change_is_not_asked() -> None:
    """Whatever the checks before let through, the request goes where it was meant to go or nowhere."""
    client = a_client("https://desk.example/api")
    client._base = BaseAddress("https://desk.example/api/../admin")
    with pytest.raises(TenantAnswerUnusable, match="without changing it"):
        client.get("x")


def test_a_write_to_an_id_that_cannot_be_addressed_is_refused_unsent() -> None:
    """A write ends as the port says even where it could not be sent."""
    with pytest.raises(WriteRefused, match="cannot be asked for"):
        a_client("https://desk.example/api").delete("roles", "..", terms=Terms(success=204))


def test_looking_has_no_method_to_write_with() -> None:
    """The reader's class has GET only; the writer adds exactly the four writes."""
    added = {name for name in vars(HttpWriter) if not name.startswith("_")}

    assert added == {"post", "patch", "put", "delete"}
    assert not added & set(dir(HttpReader))


def test_only_one_module_loads_the_http_library() -> None:
    """Everything of the live side but the client itself comes without requests and urllib3."""
    code = (
        "import sys; from reconciler.tenants import address, clock, connection, deadline, exchange, pace, registry, "
        "retry, secret, shape, strict_json, support_replies, verdict; "
        "sys.exit(bool({'requests', 'urllib3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
