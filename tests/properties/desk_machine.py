"""Git, people in the product, faults and applies in any order: the rules of the machine of many hands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from contextlib import ExitStack, suppress

import pytest
from builders import a_base, a_confirmation
from faults.bench import lock
from faults.harness import opened, struck
from faults.record import Files, Run
from faults.strikes import EVERY_KIND, Strike, plot_of, text_of
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from properties.desk_seen import Seen
from properties.desk_world import files_of, guards_of, spoken, tenant_of
from properties.strategies import World, guard_settings, live_permission_sets, worlds

from reconciler.errors import Exit, InputRejected, TenantError
from reconciler.model.finding import Confirmation, GuardSettings
from reconciler.model.role import DesiredRole
from reconciler.operations.plan import Planned, Request
from reconciler.sandbox.records import Author, RoleDraft, RoleEdit, UserDraft
from reconciler.sandbox.refusals import Refused

HAND = "somebody"
"""The actor of what people do in the product."""
DAY = 86_400

NAMES = ("Role a", "Role b", "Old a", "Old b", "Own role")
OFTEN = ("second_writer", "newer_commit", "crash_after", "yes_without_effect", "error_before")
"""Kinds that show much, drawn more often than the others."""

numbers = st.integers(0, 9)
declaring = worlds().filter(lambda world: any(isinstance(file, DesiredRole) for file in world.files))
usually = st.sampled_from((True, True, True, False))
strikes = st.lists(
    st.tuples(st.sampled_from((*EVERY_KIND, *OFTEN, *OFTEN)), st.integers(-2, 7)), min_size=1, max_size=2
)
"""The number counts from the first write, which is 1."""


class Desk(Seen):
    """A tenant and a repository that many hands change."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = ExitStack()
        self.commits: list[Files] = []
        self.recorded: list[Confirmation] = []
        """Every yes that was ever merged."""
        self.reviewed: list[str] = []
        """The digest of every plan that somebody looked at."""
        self.reads = 0
        """How many requests the latest look took."""

    def teardown(self) -> None:
        """Let go of the tenant."""
        self.opened.close()

    @initialize(world=declaring)
    def open(self, world: World) -> None:
        """Begin with some tenant and some files."""
        self.bench = self.opened.enter_context(opened(tenant_of(world)))
        self.patch = self.opened.enter_context(pytest.MonkeyPatch.context())
        self.commits.append(self.bench.files)

    # Git

    @rule(world=declaring, placed=usually)
    def edit_git(self, world: World, *, placed: bool) -> None:
        """Somebody merges other files."""
        self._merge(files_of(world, placed=placed), self.bench.settings)

    @rule(number=numbers)
    def revert_git(self, number: int) -> None:
        """Somebody merges the files of an earlier commit."""
        self._merge(self.commits[number % len(self.commits)], self.bench.settings)

    @rule(settings=guard_settings)
    def change_guards(self, settings: GuardSettings) -> None:
        """Somebody merges other settings of the guards, which count from the next change on where they are weaker."""
        self._merge(self.bench.files, guards_of(settings))

    @rule(right=st.booleans())
    def confirm(self, *, right: bool) -> None:
        """Somebody merges a yes to everything that the plan asks; or one for nobody, and one to no finding at all."""
        made = self._plan(self._request())
        asked = () if made is None else self.bench.every_yes(made.plan)
        if right:
            self.recorded += asked
        else:
            self.recorded += [dataclasses.replace(yes, people_at_most=0) for yes in asked if yes.people_at_most]
            self.recorded.append(a_confirmation("sensitive-grant-0000000000"))

    # The product

    @rule(number=numbers, grants=live_permission_sets, text=st.sampled_from(("", "Text", "By hand")))
    def edit_role_by_hand(self, number: int, grants: frozenset[str], text: str) -> None:
        """Somebody edits a role in the product."""
        roles = self._custom()
        if roles:
            edit = RoleEdit(description=text, permissions=spoken(grants))
            self.bench.store.roles.edit(roles[number % len(roles)], edit, self._author())

    @rule(number=numbers, deed=st.sampled_from(("make", "rename", "delete")), name=st.sampled_from(NAMES))
    def make_rename_or_delete_role_by_hand(self, number: int, deed: str, name: str) -> None:
        """Somebody does more to roles in the product, as far as the product lets them."""
        roles, stored = self._custom(), self.bench.store.roles
        with suppress(Refused):
            if deed == "make":
                draft = RoleDraft(name=name, description="", permissions=spoken(("tickets.view",)))
                stored.create(draft, self._author())
            elif roles and deed == "rename":
                stored.edit(roles[number % len(roles)], RoleEdit(name=name), self._author())
            elif roles:
                stored.delete(roles[number % len(roles)], self._author())

    @rule(number=numbers, more=numbers, human=st.booleans())
    def add_user(self, number: int, more: int, *, human: bool) -> None:
        """Somebody joins with one or two roles."""
        roles = self._custom()
        if roles:
            held = frozenset({roles[number % len(roles)], roles[more % len(roles)]})
            name = f"User {len(self.bench.state().people)}"
            draft = UserDraft(name=name, email=f"{name}@desk.example", role_ids=held, human=human)
            self.bench.store.add_users((draft,))
            self.bench.forget()

    @rule(number=numbers, other=numbers, deed=st.sampled_from(("suspend", "return", "give")))
    def change_user(self, number: int, other: int, deed: str) -> None:
        """Somebody leaves, comes back, or is given another role instead of all they had."""
        people, roles, stored = self._people(), self._custom(), self.bench.store.users
        if people and deed == "give" and roles:
            held = frozenset({roles[other % len(roles)]})
            stored.assign(people[number % len(people)], held, self._author())
        elif people and deed != "give":
            stored.set_active(people[number % len(people)], self._author(), active=deed == "return")

    # The surroundings

    @rule(seconds=st.sampled_from((61, 3_600, DAY, 400 * DAY)), size=st.integers(1, 100))
    def change_time_and_page_size(self, seconds: int, size: int) -> None:
        """Let time pass, after which some yes may have ended, and listings come in pages of another size."""
        self.bench.clock.advance(seconds)
        self.patch.setattr("reconciler.tenants.pages.PAGE", size)

    @rule()
    def apply_with_a_revoked_key(self) -> None:
        """Somebody revokes the key, and makes it count again after somebody tried."""
        kept = self.bench.key
        self.bench.key = dataclasses.replace(kept, revoked=True)
        self.bench.arm()
        run = self.bench.apply(self._request())
        self.judge(run, None)
        if run.code != Exit.TENANT_UNREADABLE:
            self.found.append(f"I-11: a run with a revoked key ends with {run.code}")
        self.bench.key = kept
        self.bench.arm()

    # The program

    @rule(number=numbers)
    def plan_and_apply_an_old_digest(self, number: int) -> None:
        """Somebody looks, and applies with the digest of an earlier look, which must be that of the plan of now."""
        request = self._request()
        truth = self._plan(request)
        if truth is None:
            return
        self.reviewed.append(truth.plan.digest)
        digest = self.reviewed[number % len(self.reviewed)]
        run = self.bench.apply(request, expect=digest)
        self.judge(run, truth)
        if truth.plan.digest != digest and (run.code != Exit.STALE or run.writes):
            self.found.append(f"I-4: the digest of another plan ends with {run.code}, {len(run.writes)} writes")

    @rule(reviewed=st.booleans(), takes=st.sampled_from((0.0, 120.0)))
    def apply(self, *, reviewed: bool, takes: float) -> None:
        """Somebody applies with what was confirmed so far."""
        self._apply(self._request(), (), reviewed=reviewed, takes=takes)

    @rule(struck=strikes, reviewed=st.booleans())
    def apply_while_it_breaks(self, struck: list[Strike], *, reviewed: bool) -> None:
        """Somebody says yes to everything and applies, and at the last reads or the first writes something breaks."""
        with suppress(InputRejected, TenantError):
            self._apply(self.bench.ready()[0], struck, reviewed=reviewed)

    @rule(world=declaring, placed=usually, struck=strikes)
    def merge_and_apply_while_it_breaks(self, world: World, struck: list[Strike], *, placed: bool) -> None:
        """Somebody merges other files, which are applied at once."""
        self.edit_git(world, placed=placed)
        self.apply_while_it_breaks(struck, reviewed=True)

    @rule(struck=strikes)
    def apply_while_it_breaks_and_again(self, struck: list[Strike]) -> None:
        """Somebody does that, and the run that broke is followed by one that does not."""
        self.apply_while_it_breaks(struck, reviewed=True)
        self.run_again()

    @rule()
    def run_again(self) -> None:
        """Somebody says yes to everything and applies without a fault, and then once more."""
        try:
            request, truth = self.bench.ready()
        except (InputRejected, TenantError):
            self.judge(self.bench.apply(self.bench.asked()), None)
            return
        run = self.bench.apply(request, expect=truth.plan.digest)
        self.judge(run, truth)
        if run.code != (Exit.REFUSED if truth.plan.blocked else Exit.DONE):
            self.found.append(f"I-9: a run without a fault ends with {run.code}")
        if run.code == Exit.DONE:
            again = self.bench.apply(request)
            if again.code != Exit.DONE or again.writes:
                self.found.append(f"I-10: the run after it ends with {again.code}, {len(again.writes)} writes")

    # What the rules share

    def _merge(self, files: Files, settings: GuardSettings) -> None:
        bench = self.bench
        # Every other commit is applied by somebody who does not say what it came from.
        compared = settings != bench.settings or len(self.commits) % 2 == 0
        bench.base = a_base(*bench.files, guards=bench.settings, catalogue=lock()) if compared else None
        bench.files, bench.settings = files, settings
        self.commits.append(files)

    def _apply(self, request: Request, near: Iterable[Strike], *, reviewed: bool, takes: float = 0.0) -> None:
        truth = self._plan(request)
        digest = truth.plan.digest if reviewed and truth is not None else None
        # Counted from the first write, which follows as many reads as the look just took.
        struck_by = [(kind, max(1, self.reads + number)) for kind, number in near]
        run = struck(self.bench, request, digest, plot_of(text_of(struck_by)), reading_takes=takes)
        self.judge(run, truth)

    def _request(self) -> Request:
        return self.bench.asked(*self.recorded)

    def _plan(self, request: Request) -> Planned | None:
        """Look; None where the files could mean two roles, or the tenant cannot be read."""
        run = Run(before=self.bench.state(), own=self.bench.own)
        try:
            return self.bench.look(request, run)
        except (InputRejected, TenantError):
            return None
        finally:
            self.reads = run.arrivals
            self.judge_a_look(run)

    def _author(self) -> Author:
        return Author(actor=HAND, at=self.bench.clock.now())

    def _custom(self) -> list[str]:
        standard = self.bench.standard
        return [role for role in self.bench.state().roles if role not in standard]

    def _people(self) -> list[str]:
        return [person for person in self.bench.state().people if person != self.bench.own]
