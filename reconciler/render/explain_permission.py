"""A permission explained as text: how many people have it, what it is, and the roles that give it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.wording import listing, roles
from reconciler.model.explanation import GivingRole, PermissionExplanation
from reconciler.model.matrix import Mark
from reconciler.render.cells import padded
from reconciler.render.explain_words import heads, place, titled, who, widest
from reconciler.render.styled import Line, Span, Tone, line, span

_NEWS = {Mark.GRANT: "  + its file grants it, not live yet", Mark.REVOKE: "  - its file takes it"}
_TONES = {Mark.GRANT: Tone.GOOD, Mark.REVOKE: Tone.BAD}


def permission_text(told: PermissionExplanation) -> Iterator[Line]:
    """Give the lines of a permission."""
    now = sum(role.mark is not Mark.GRANT for role in told.roles)
    if told.people is None:
        verdict = f"{roles(len(told.roles))} give it by their files" if len(told.roles) != 1 else "1 role gives it"
    else:
        verdict = f"{who(told.people, 'has it', 'have it')}, through {roles(now)}"
    yield line(span(f"{told.permission.key}: ", Tone.STRONG), verdict)
    if told.what_if is not None:
        effect = told.what_if
        after = f"{who(effect.people, 'has it', 'have it')}: {who(effect.losing, 'loses it', 'lose it')}, "
        yield line(
            span(f"  once the files are applied {after}{who(effect.gaining, 'gains it', 'gain it')}", Tone.STRONG)
        )
    if told.services:
        accounts = "1 service account has" if told.services == 1 else f"{told.services:,} service accounts have"
        yield line(f"  {accounts} it too, besides the people counted")
    yield line(f"  {_about(told)}")
    if told.requires:
        yield line(f"  needs {listing(told.requires)}")
    if told.required_by:
        yield line(f"  needed by {listing(told.required_by)}")
    if told.roles:
        yield ()
        names = widest(role.role.told for role in told.roles)
        for role in told.roles:
            yield _giving(role, names)


def _about(told: PermissionExplanation) -> str:
    if told.level is None:
        return "not in the lock: counted as sensitive, and no file can grant it"
    return f"{titled(told.permission)}, in {told.category}; level {told.level}"


def _giving(given: GivingRole, names: int) -> Line:
    held = "" if given.holders is None else f"  {heads(given.holders):>18}"
    news = _NEWS.get(given.mark, "")
    return (
        Span(f"  {padded(given.role.told, names)}", Tone.STRONG),
        *line(held, span(f"  {place(given.role, given.origin)}", Tone.FAINT)),
        span(news, _TONES.get(given.mark, Tone.PLAIN)),
    )
