"""An adoption as text and as data: what was written, or could be, and what no file can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.wording import apart, roles
from reconciler.model.adoption import Adoption, Draft, Effect, Offer, Refusal
from reconciler.render.cells import padded, width
from reconciler.render.escape import visible
from reconciler.render.styled import Line, Span, Tone, line, span

_WROTE = {Effect.CREATE: "wrote", Effect.UPDATE: "changed"}
_WOULD = {Effect.CREATE: "adopt", Effect.UPDATE: "update"}


def adoption_text(shown: Adoption) -> Iterator[Line]:
    """Give the lines of an adoption; roles whose files need no change are counted, not listed."""
    changing = [draft for draft in shown.drafts if draft.effect is not Effect.UNCHANGED]
    yield line(span(f"{shown.tenant.name}: ", Tone.STRONG), span(_verdict(shown, len(changing)), _tone(shown)))
    words = _WROTE if shown.written else _WOULD
    names = [draft.subject.live.content.name for draft in changing]
    cells = max((width(visible(name)) for name in names), default=0)
    for name, draft in zip(names, changing, strict=True):
        told = Span(padded(name, cells))
        yield line(span(f"  {words[draft.effect]:<8}", Tone.STRONG), told, f"  {draft.subject.path}")
        yield from _notes(draft)
    for refusal in shown.refusals:
        yield from _refusal_text(refusal)
    if shown.followers:
        followers = ", ".join(f'"{role.content.name}"' for role in shown.followers)
        yield line(span("  Note: ", Tone.FAINT), f"{followers} will follow: a base of theirs changes")
    yield from _next(shown, changing)


def _verdict(shown: Adoption, changing: int) -> str:
    unchanged = len(shown.drafts) - changing
    new = sum(draft.effect is Effect.CREATE for draft in shown.drafts)
    differing = changing - new
    if shown.written:
        parts = [f"{roles(changing)} adopted" if changing else "Nothing to write"]
    else:
        parts = [f"{roles(new)} without a file" if new or not differing else ""]
        parts += [f"{roles(differing)} unlike {_file(differing)}" if differing else ""]
    parts += [f"{roles(unchanged)} like {_file(unchanged)}" if unchanged else ""]
    parts += [f"{roles(len(shown.refusals))} that no file can say" if shown.refusals else ""]
    return ", ".join(part for part in parts if part)


def _file(number: int) -> str:
    return "its file" if number == 1 else "their files"


def _tone(shown: Adoption) -> Tone:
    return Tone.CARE if shown.refusals else Tone.GOOD


def _notes(draft: Draft) -> Iterator[Line]:
    if draft.unknown:
        yield line(span("          keeps ", Tone.CARE), f"{', '.join(draft.unknown)}, which the lock does not know")
    if draft.offer is not None:
        difference = apart(draft.offer.grants, draft.offer.revokes)
        how = ("based on", "") if draft.used else ("nearly", "; --based-on says only that")
        yield line(span(f"          {how[0]} ", Tone.FAINT), f"{draft.offer.base}: {difference}{how[1]}")


def _refusal_text(refusal: Refusal) -> Iterator[Line]:
    where = f" ({refusal.path})" if refusal.path else ""
    yield line(span("  cannot  ", Tone.CARE), f"{refusal.live.content.name}{where}")
    for reason in refusal.reasons:
        yield line(span(f"          [{reason.code}] ", Tone.CARE), reason.message)
        yield line(span("            fix: ", Tone.STRONG), reason.fix)


def _next(shown: Adoption, changing: list[Draft]) -> Iterator[Line]:
    if not changing:
        return
    if shown.written:
        yield line(span("Next:  ", Tone.STRONG), "reconciler validate")
        yield line(span("Then:  ", Tone.STRONG), "reconciler plan")
    else:
        yield line(
            span("Next:  ", Tone.STRONG), f"reconciler adopt {changing[0].subject.key}, or all: reconciler adopt --all"
        )


def adoption_document(shown: Adoption) -> Mapping[str, object]:
    """Give an adoption as data."""
    return {
        "tenant": {"name": shown.tenant.name, "id": shown.tenant.id},
        "written": shown.written,
        "roles": [_draft(draft) for draft in shown.drafts],
        "refused": [_refusal(refusal) for refusal in shown.refusals],
        "followers": [role.key for role in shown.followers],
    }


def _draft(draft: Draft) -> Mapping[str, object]:
    return {
        "role": draft.subject.key,
        "name": draft.subject.live.content.name,
        "file": draft.subject.path,
        "effect": draft.effect,
        "unknown": list(draft.unknown),
        "based_on": None if draft.offer is None else _offer(draft.offer, used=draft.used),
    }


def _offer(offer: Offer, *, used: bool) -> Mapping[str, object]:
    return {"role": offer.base, "plus": list(offer.grants), "minus": list(offer.revokes), "used": used}


def _refusal(refusal: Refusal) -> Mapping[str, object]:
    return {
        "role": refusal.key,
        "name": refusal.live.content.name,
        "file": refusal.path,
        "reasons": [{"code": r.code, "message": r.message, "fix": r.fix} for r in refusal.reasons],
    }
