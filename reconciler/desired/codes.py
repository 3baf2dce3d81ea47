"""Every code that a problem in the files can have, with its meaning; the documentation is made from this table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType({})
