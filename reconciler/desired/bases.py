"""Check `based_on`: known bases, no cycles, chains that can still be read, no retired base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.desired.expansion import MOST_BASES
from reconciler.desired.statement import Statement
from reconciler.desired.text import shown
from reconciler.desired.words import suggestion
from reconciler.errors import Problem
from reconciler.model.role import RoleKey

Statements = Mapping[RoleKey, Statement]


def check_bases(statements: Statements) -> Iterator[Problem]:
    """Give every problem of `based_on`; a cycle is told once, at its first role in the order of keys."""
    told: set[RoleKey] = set()
    for key in sorted(statements):
        statement = statements[key]
        if statement.based_on is None:
            continue
        base = statements.get(statement.based_on)
        if base is None:
            message = f"No file declares a role with the key {shown(statement.based_on)}"
            fix = suggestion(statement.based_on, statements, "Write the file name of a role without .yaml")
            yield statement.problem("based_on", "role.unknown-base", message, fix)
        elif base.retired:
            message = f"`{base.key}` is retired, so nothing can be based on it"
            yield statement.problem("based_on", "role.retired-base", message, "Base it on another role")
        chain = chain_of(statement, statements)
        if chain[-1] == key and len(chain) > 1:
            if key not in told:
                message = f"Roles are based on each other in a circle: {' → '.join(chain)}"
                yield statement.problem("based_on", "role.cycle", message, "Remove one `based_on` of the circle")
            told.update(chain)
        elif len(chain) > MOST_BASES + 1 and len(chain_of(base, statements) if base else ()) == MOST_BASES + 1:
            message = f"This role is at the end of a chain of more than {MOST_BASES} roles"
            yield statement.problem("based_on", "role.base-depth", message, "Base it on a role nearer to the start")


def chain_of(statement: Statement, statements: Statements) -> list[RoleKey]:
    """Give the keys from a role to its last known base; in a circle, up to the first key met again."""
    chain = [statement.key]
    step = statement.based_on
    while step is not None and step in statements:
        chain.append(step)
        if chain.count(step) > 1:
            break
        step = statements[step].based_on
    return chain


def expandable(statement: Statement, statements: Statements) -> bool:
    """Whether a role and everything it is based on is sound, known and not in a circle."""
    chain = chain_of(statement, statements)
    last = statements[chain[-1]]
    return (
        len(set(chain)) == len(chain)
        and (last.based_on is None or last.based_on in statements)
        and all(statements[key].sound for key in chain)
    )
