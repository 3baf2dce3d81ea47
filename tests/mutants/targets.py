"""Which modules are changed bit by bit, and which quick tests are to notice."""

from __future__ import annotations

UNIT = "tests/unit/core"
PROPERTIES = "tests/properties/test_properties_{}.py"

DECIDES = (
    UNIT,
    "tests/unit/model",
    "tests/golden",
    *(PROPERTIES.format(law) for law in ("access", "diff", "guards", "order_free")),
)
"""Tests of what decides who loses what."""

TELLS = (
    UNIT,
    *(f"tests/unit/operations/test_operations_{name}.py" for name in ("catalogue", "explain", "matrix", "notice")),
    "tests/unit/render/test_render_levels.py",
    *(PROPERTIES.format(law) for law in ("explain", "matrix", "telling")),
)
"""Tests of what tells people about roles, decides nothing and is read all the same."""

ESCAPES = (
    *(f"tests/unit/render/test_render_{name}.py" for name in ("annotations", "escape", "html", "matrix", "notice")),
    "tests/golden",
    *(PROPERTIES.format(law) for law in ("escape", "outputs")),
)
"""Tests of what escapes foreign text."""

SHOWS = (*ESCAPES, "tests/unit/render/test_render_markdown.py")
"""These and the slow ones of whole pages."""

TARGETS = {
    "reconciler/core/access.py": DECIDES,
    "reconciler/core/administrators.py": DECIDES,
    "reconciler/core/circles.py": DECIDES,
    "reconciler/core/confirm.py": DECIDES,
    "reconciler/core/diff.py": DECIDES,
    "reconciler/core/digest.py": DECIDES,
    **{
        f"reconciler/core/guards/{guard}.py": DECIDES
        for guard in (
            "adoption",
            "catalogue",
            "guard_settings",
            "in_use",
            "incomplete",
            "lockout",
            "mass_change",
            "narrowing",
            "own_account",
            "product",
            "sensitive_grant",
            "separation",
            "standard",
            "swap",
        )
    },
    "reconciler/core/facts.py": DECIDES,
    "reconciler/core/identity.py": DECIDES,
    "reconciler/core/impact.py": DECIDES,
    "reconciler/core/invariants.py": DECIDES,
    "reconciler/core/judge.py": DECIDES,
    "reconciler/core/match.py": DECIDES,
    "reconciler/core/moved.py": DECIDES,
    "reconciler/core/naming.py": DECIDES,
    "reconciler/core/notes.py": DECIDES,
    "reconciler/core/order.py": DECIDES,
    "reconciler/core/planner.py": DECIDES,
    "reconciler/core/reach.py": DECIDES,
    "reconciler/core/reviewing.py": DECIDES,
    "reconciler/core/strictness.py": DECIDES,
    "reconciler/core/wording.py": DECIDES,
    **{
        f"reconciler/core/{name}.py": TELLS
        for name in ("explain", "known", "matrix", "notice", "pairs", "subjects", "vendor")
    },
    "reconciler/model/permission.py": DECIDES,
    "reconciler/render/csv.py": ESCAPES,
    **{f"reconciler/render/{name}.py": SHOWS for name in ("escape", "escape_markdown", "escape_workflow")},
}
