"""The ground every test stands on: a clean environment, no network, one seed; nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import pytest_socket
from hypothesis import HealthCheck, Phase, settings

LOOPBACK = ["127.0.0.1", "::1"]
CLEARED = ("CI", "COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "NETRC", "SSL_CERT_FILE", "TERM")
CLEARED_PARTS = ("PROXY", "TOKEN", "API_KEY", "GITHUB_", "RECONCILER_", "REQUESTS_", "GIT_")

_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("dev", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile(
    "long", max_examples=10_000, deadline=None, database=None, print_blob=True, suppress_health_check=_CALM
)
# What fails need not become small: `make mutants` asks only whether anything fails.
settings.register_profile(
    "mutants",
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=_CALM,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one command that rewrites golden files."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; refused when CI is set")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to bless new golden files where nobody reads the difference."""
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError("--update-golden is refused when CI is set: review the difference, then commit it")


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block sockets; a test marked `sockets` may use loopback addresses."""
    if item.get_closest_marker("sockets") is None:
        pytest_socket.disable_socket(allow_unix_socket=False)
    else:
        pytest_socket.enable_socket()
        pytest_socket.socket_allow_hosts(LOOPBACK)


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> Iterator[None]:
    """Take away what could change an answer from one machine to the next."""
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name in CLEARED or any(part in name.upper() for part in CLEARED_PARTS):
                patch.delenv(name)
        patch.setenv("TZ", "UTC")
        yield
