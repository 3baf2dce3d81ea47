"""The messages to the people who lose something: as text to paste, as data, and as a list for a mail merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace

from reconciler.core.wording import people
from reconciler.model.change import Action
from reconciler.model.notice import Affected, Beside, Loss, Notice
from reconciler.model.plan import Plan
from reconciler.render.csv import csv_text
from reconciler.render.escape import LONGEST, cut
from reconciler.render.styled import Line, Tone, line, span

MOST_AREAS = 5
"""A message lists at most this many lines of what is lost, so that it stays short enough to be read."""

COLUMNS = ("name", "email", "role", "loses")


def notices_text(notices: Sequence[Notice]) -> Iterator[Line]:
    """Give the section of a plan that drafts a message per role."""
    if not notices:
        yield line(span("Tell the people: ", Tone.STRONG), "nobody loses anything, so nobody needs a message")
        return
    yield line(span("Tell the people", Tone.STRONG), span("  one message per role, to paste", Tone.FAINT))
    for notice in notices:
        yield ()
        yield line(span(f"  {notice.name}: ", Tone.STRONG), told_to(notice))
        yield line(f"    Subject: {subject(notice)}")
        yield ()
        for text in message(notice):
            yield line(f"    {text}")


def told_to(notice: Notice) -> str:
    """Say how many people a message is for."""
    bound = "" if notice.exact else "at most "
    return f"{bound}{people(notice.people)} {'loses' if notice.people == 1 else 'lose'} something"


def shortened(notice: Notice) -> Notice:
    """Give a notice whose foreign texts are cut as every name is where the reader's patience or room is bounded."""
    return replace(
        notice,
        name=cut(notice.name, LONGEST),
        becomes=None if notice.becomes is None else cut(notice.becomes, LONGEST),
        owner=None if notice.owner is None else cut(notice.owner, LONGEST),
        losses=tuple(
            replace(loss, label=cut(loss.label, LONGEST), category=cut(loss.category, LONGEST))
            for loss in notice.losses
        ),
    )


def subject(notice: Notice) -> str:
    """Give the subject of a message."""
    return f"What changes in your role {notice.name}"


def message(notice: Notice) -> Iterator[str]:
    """Give the lines of a message: what, from when, what stays, whom to ask; foreign text is not yet escaped."""
    what = "the following" if notice.alike else "one or more of the following"
    yield f"From the next page you load after this change is made, you can no longer do {what}:"
    for area in _areas(notice.losses):
        yield f"- {area}"
    yield from _rest(notice)
    yield "If an open page still shows it, load the page again, or sign out and back in."
    yield f"Questions? Ask {notice.owner or 'your administrator'}."


def _areas(losses: Iterable[Loss]) -> Iterator[str]:
    """Give one line per category of the product; what would make the message long is counted."""
    by_category: dict[str, list[str]] = {}
    for loss in losses:
        by_category.setdefault(loss.category, []).append(loss.label)
    areas = list(by_category.items())
    shown = len(areas) if len(areas) <= MOST_AREAS else MOST_AREAS - 1
    for category, labels in areas[:shown]:
        yield f"{category}: {', '.join(labels)}"
    if areas[shown:]:
        number = sum(len(labels) for _, labels in areas[shown:])
        yield f"{', '.join(category for category, _ in areas[shown:])}: {number:,} more"


def _rest(notice: Notice) -> Iterator[str]:
    """Say what becomes of the role and what stays, and no more than is true for every one of them."""
    if notice.action is Action.RETIRE:
        instead = "" if notice.becomes is None else f"; you get the role {notice.becomes} instead"
        yield f"The role itself goes away{instead}."
    elif notice.becomes is not None:
        yield f"From then on the role is called {notice.becomes}."
    if notice.beside is Beside.NOTHING:
        yield "Nothing else changes for you."
    elif notice.beside is Beside.GAINS:
        yield "Nothing else is taken from you."
    elif notice.action is not Action.RETIRE:
        yield "Everything else that this role lets you do stays."


def notices_document(notices: Iterable[Notice]) -> Mapping[str, object]:
    """Give the notices as data; holds nobody's name or address."""
    return {
        "notices": [
            {
                "role": notice.role,
                "name": notice.name,
                "people": notice.people,
                "people_exact": notice.exact,
                "loses": [asdict(loss) for loss in notice.losses],
                "owner": notice.owner,
                "subject": subject(notice),
                "message": "\n".join(message(notice)) + "\n",
            }
            for notice in notices
        ]
    }


def names_csv(rows: Iterable[Affected]) -> str:
    """Give the list for a mail merge: one row per person and role."""
    return csv_text(
        [COLUMNS, *((row.name, row.email, row.role, "; ".join(loss.label for loss in row.losses)) for row in rows)]
    )


def names_written(path: str, rows: int, plan: Plan) -> Iterator[Line]:
    """Say that the list was written; holds nobody's name or address."""
    number = "1 row" if rows == 1 else f"{rows:,} rows"
    yield line(
        f"{path}: {number} for {people(plan.summary.people_losing)}; readable by you alone, delete it after the mail"
    )
