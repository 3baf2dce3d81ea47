"""Run the lint rules that the settings leave on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.desired.language import Reading
from reconciler.desired.lint.levels import REFUSING, LintLevel, level_of
from reconciler.desired.lint.names import misleading_name, near_standard_name, swapped_names
from reconciler.desired.lint.overlaps import contained_role, equal_permissions
from reconciler.desired.lint.subject import Rule, Subject, tolerated
from reconciler.desired.lint.texts import categories_left_out, sensitive_without_owner, thin_description
from reconciler.errors import Problem, Severity

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "lint.categories-left-out": categories_left_out,
        "lint.contained-role": contained_role,
        "lint.equal-permissions": equal_permissions,
        "lint.misleading-name": misleading_name,
        "lint.near-standard-name": near_standard_name,
        "lint.sensitive-without-owner": sensitive_without_owner,
        "lint.swapped-names": swapped_names,
        "lint.thin-description": thin_description,
        **{code: tolerated(code) for code in REFUSING.values()},
    }
)
"""Each rule by the code of its findings; the settings name it without what stands before the dot."""


def rule_of(code: str) -> str:
    """Give the name that the settings have for the rule with a code."""
    return code.partition(".")[2]


def refused(there: Reading, then: Reading, levels: Mapping[str, LintLevel]) -> tuple[Problem, ...]:
    """Give the errors that the rules find in `then` and not in `there` yet, sorted: what files to be written bring."""
    known = {(problem.path, problem.code) for problem in lint(there, levels)}
    return tuple(
        problem
        for problem in lint(then, levels)
        if problem.severity is Severity.ERROR and (problem.path, problem.code) not in known
    )


def lint(reading: Reading, levels: Mapping[str, LintLevel]) -> tuple[Problem, ...]:
    """Give everything the rules find in role files that have no problems, sorted."""
    subject = Subject(reading)
    found = []
    for code, rule in RULES.items():
        level = level_of(rule_of(code), levels)
        if level is LintLevel.OFF:
            continue
        severity = Severity.ERROR if level is LintLevel.ERROR else Severity.WARNING
        found += [
            Problem(place.path, place.line, place.column, code, message, fix, severity)
            for place, message, fix in rule(subject)
        ]
    return tuple(sorted(found))
