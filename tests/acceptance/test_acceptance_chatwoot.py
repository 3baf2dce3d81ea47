"""A Chatwoot account from the first adoption to a retirement, over the command line, with the requests it takes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from acceptance.desk import Desk
from fakes.chatwoot.api import ADA, BEN, EVE, Reply
from fakes.chatwoot.server import Desk as Served
from fakes.chatwoot.server import a_chatwoot_desk

from reconciler.desired.lock_text import render_lock
from reconciler.tenants.chatwoot import KIND
from reconciler.tenants.clock import SystemClock

pytestmark = pytest.mark.sockets

ME, LIST, AGENTS = "GET /profile 200", "GET /custom_roles 200", "GET /agents 200"
LOOK = [ME, LIST, AGENTS]

RETIRED = "name: Night Shift\ndescription: Watches at night\nretired: true\n"

SETTINGS = """\
tenants:
  live:
    kind: chatwoot
    url: {url}
    account: "1"
    key: env:CHATWOOT_KEY
default_tenant: live
"""


@dataclass(frozen=True)
class Site:
    """A repository for one account, and the account."""

    desk: Desk
    served: Served

    def run(self, *arguments: str) -> list[str]:
        """Run a command that must succeed, and give the requests it took."""
        self.served.api.log.clear()
        ran = self.desk.run(*arguments)
        assert (ran.code, ran.err) == (0, "")
        return self.served.api.lines()

    def pins(self) -> list[str]:
        """Give the lines of the pinned ids."""
        return (self.desk.folder / "schemas/ids.yaml").read_text(encoding="utf-8").splitlines()[2:]


@pytest.fixture
def site(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give an empty repository with the lock of the product, beside an account with a night shift of three."""
    for name in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    shutil.rmtree(desk.folder / "roles")
    catalogue = KIND.shipped_catalogue()
    assert catalogue is not None
    desk.write("schemas/permissions.yaml", render_lock(catalogue))
    monkeypatch.setenv("CHATWOOT_KEY", ADA)
    with a_chatwoot_desk(SystemClock()) as served:
        for name in ("Dora", "Emil"):
            served.account.add_agent(name, custom=served.night)
        desk.write("reconciler.yaml", SETTINGS.format(url=served.url))
        yield Site(desk, served)


def test_account_goes_from_adoption_to_apply_and_drift(site: Site) -> None:
    """Adopted files plan nothing; an edit is planned, confirmed, applied in one PATCH of one field, and is no drift.

    A look takes the profile, the roles and the agents, who say who has which role, so that people cost nothing more.
    A change is read before, written, and read after, each time by the list.
    """
    desk = site.desk
    assert site.run("adopt", "--all") == LOOK
    assert site.pins() == ["live:", '  night-shift: "1"']
    assert (desk.folder / "roles/standard/administrator.yaml").is_file()
    desk.run("catalogue", "--update", "--overwrite")
    assert site.run("plan") == LOOK
    assert desk.plan()["changes"] == []

    path = "roles/night-shift.yaml"
    desk.replace(path, "conversations: conversation_unassigned_manage", "conversations: conversation_manage")
    desk.replace(path, "areas: [contact_manage]", "areas: [contact_manage, report_manage]")
    assert site.run("plan") == LOOK
    (change,) = desk.plan()["changes"]
    assert (change["direction"], change["holders"], change["people_gaining"]) == ("widen", 3, 3)
    assert change["grants"] == ["areas.report_manage", "conversations.conversation_manage"]

    desk.confirm_all()
    assert site.run("apply", "--yes") == [*LOOK, LIST, "PATCH /custom_roles/1 200", LIST]

    (patch,) = (asked for asked in site.served.api.log if asked.method == "PATCH")
    words = ["contact_manage", "conversation_manage", "conversation_unassigned_manage", "report_manage"]
    assert patch.body == {"custom_role": {"permissions": words}}
    assert site.run("drift") == LOOK


def test_renamed_in_the_product_is_the_same_role(site: Site) -> None:
    """A pinned role is found under any name, so an edit by hand is taken back and nothing is created."""
    site.run("adopt", "--all")
    site.served.account.update(site.served.night, {"name": "Night Watch"})

    (change,) = site.desk.plan()["changes"]

    assert (change["action"], change["name"], change["holders"]) == ("rename", "Night Shift", 3)
    site.desk.settle()
    assert site.served.account.named("Night Shift")["id"] == site.served.night
    assert site.run("drift") == LOOK


def test_second_role_of_a_name_is_told_by_its_id(site: Site) -> None:
    """Which of two is meant is pinned; without a pin nothing is guessed, and the message says what to write."""
    desk = site.desk
    site.run("adopt", "--all")
    pins = (desk.folder / "schemas/ids.yaml").read_text(encoding="utf-8")
    other = site.served.account.add_role("Night Shift", ["contact_manage"])

    assert desk.plan()["changes"] == []
    assert site.run("drift") == LOOK

    (desk.folder / "schemas/ids.yaml").unlink()
    ran = desk.run("plan")
    assert ran.code == 7
    assert f'"Night Shift" ({site.served.night}), "Night Shift" ({other})' in ran.err
    assert f'Pin the one it means in schemas/ids.yaml, as in `night-shift: "{site.served.night}"`' in ran.err

    desk.write("schemas/ids.yaml", pins.replace(f'"{site.served.night}"', f'"{other}"'))
    (change,) = desk.plan()["changes"]
    assert (change["role"], change["holders"], change["direction"]) == ("night-shift", 0, "widen")


def test_one_of_two_roles_of_a_name_is_adopted_and_stays_the_one(site: Site) -> None:
    """Files cannot share a name, so the other is told and left alone, also by what follows."""
    other = site.served.account.add_role("Night Shift", ["report_manage"], "Watches something else")

    ran = site.desk.run("adopt", "--all")

    assert "[role.confusable-name]" in ran.out
    assert site.pins() == ["live:", f'  night-shift: "{site.served.night}"']
    assert site.run("drift") == LOOK
    site.desk.replace("roles/night-shift.yaml", "areas: [contact_manage]", "areas: none")
    site.desk.settle()
    assert site.served.account.roles[other]["permissions"] == ["report_manage"]
    assert site.served.account.roles[site.served.night]["permissions"] == ["conversation_unassigned_manage"]


def test_deleted_role_leaves_plain_agents_and_that_can_widen(site: Site) -> None:
    """The plan counts what holders get and lose by it, asks for a yes, and the deletion does exactly that."""
    desk, account = site.desk, site.served.account
    account.update(site.served.night, {"permissions": ["conversation_participating_manage", "report_manage"]})
    site.run("adopt", "--all")
    desk.write("roles/night-shift.yaml", "name: Night Shift\ndescription: Watches at night\nretired: true\n")

    document = desk.plan()
    (change,) = document["changes"]
    assert (change["action"], change["direction"]) == ("retire", "mixed")
    assert (change["people_losing"], change["people_gaining"]) == (3, 3)
    assert change["revokes"] == ["areas.report_manage"]
    assert "conversations.conversation_manage" in change["grants"]
    (told,) = (finding["message"] for finding in document["findings"] if finding["guard"] == "in-use")
    assert "Chatwoot leaves them with" in told
    assert "`areas.contact_manage`" in told or "areas.contact_manage" in told

    desk.confirm_all()
    lines = site.run("apply", "--yes")

    assert lines == [*LOOK, LIST, AGENTS, LIST, f"DELETE /custom_roles/{site.served.night} 200", LIST]
    assert {agent["custom_role_id"] for agent in account.agents.values()} == {None}
    assert site.run("drift") == LOOK


def test_retirement_takes_the_pinned_role_and_never_another_of_its_name(site: Site) -> None:
    """Two roles are called Night Shift and one is pinned: that one goes, and later runs leave the other alone."""
    desk, account = site.desk, site.served.account
    site.run("adopt", "--all")
    other = account.add_role("Night Shift", ["contact_manage", "report_manage"])
    desk.write("roles/night-shift.yaml", RETIRED)
    desk.confirm_all()
    site.run("apply", "--yes")

    assert desk.plan()["changes"] == []
    desk.confirm_all()
    assert site.run("apply", "--yes") == LOOK
    assert (site.served.night in account.roles, other in account.roles) == (False, True)
    assert site.run("drift") == LOOK


def test_role_deleted_by_hand_is_missing_though_another_has_its_name(site: Site) -> None:
    """The file does not take over the other role and its people; it takes another pin, or none, to go on."""
    desk, account = site.desk, site.served.account
    site.run("adopt", "--all")
    pins = "schemas/ids.yaml"
    other = account.add_role("Night Shift", ["report_manage"])
    zed = account.add_agent("Zed", custom=other)
    account.delete(site.served.night)

    document = desk.plan()
    (change,) = document["changes"]
    assert (change["action"], change["holders"]) == ("create", 0)
    (message,) = (finding["message"] for finding in document["findings"] if finding["guard"] == "product")
    assert f'To mean "Night Shift" ({other}), pin it: `night-shift: "{other}"`.' in message
    desk.confirm_all()
    assert desk.run("apply", "--yes").code == 4
    assert desk.run("drift").code == 2
    assert account.agents[zed]["custom_role_id"] == other
    assert {asked.method for asked in site.served.api.log} == {"GET"}

    desk.replace(pins, f'night-shift: "{site.served.night}"', f'night-shift: "{other}"')
    (change,) = desk.plan()["changes"]
    assert (change["action"], change["holders"]) == ("update", 1)


def test_role_deleted_by_hand_is_created_anew_once_its_pin_is_taken_out(site: Site) -> None:
    """A new role is one that somebody asked for; it is found by its name from then on, and created once."""
    desk, account = site.desk, site.served.account
    site.run("adopt", "--all")
    account.delete(site.served.night)
    assert "take that line out" in desk.run("plan").out

    desk.replace("schemas/ids.yaml", f'  night-shift: "{site.served.night}"\n', '  unused: "2"\n')
    desk.settle()

    assert account.named("Night Shift")["id"] != site.served.night
    assert site.run("drift") == LOOK


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("administrator", "would make administrators of 2 of its holders"),
        ("agent", "Administrators have the role of night-shift (1 of its holders)"),
    ],
)
def test_move_that_chatwoot_has_no_write_for_is_refused_in_the_plan(site: Site, target: str, words: str) -> None:
    """Moving makes no administrators and unmakes none; the way out that is told does what was wanted of agents."""
    desk, account = site.desk, site.served.account
    account.agents[site.served.ben]["role"] = "administrator"
    site.run("adopt", "--all")
    desk.write("roles/night-shift.yaml", f"{RETIRED}move_users_to: {target}\n")

    (message,) = (f["message"] for f in desk.plan()["findings"] if f["guard"] == "product")
    assert words in message
    desk.confirm_all()
    assert desk.run("apply", "--yes").code == 4
    assert {asked.method for asked in site.served.api.log} == {"GET"}

    desk.write("roles/night-shift.yaml", RETIRED)
    desk.settle()
    assert [agent["role"] for agent in account.agents.values()].count("administrator") == 2
    assert {agent["custom_role_id"] for agent in account.agents.values()} == {None}


@pytest.mark.parametrize(("target", "role"), [("administrator", "administrator"), ("agent", "agent")])
def test_move_to_what_every_holder_is_already_is_done(site: Site, target: str, role: str) -> None:
    """Where all are administrators, or none is, there is a write for it: the custom role is cleared and no more."""
    desk, account = site.desk, site.served.account
    for agent in account.agents.values():
        agent["role"] = "administrator" if agent["custom_role_id"] is None else role
    site.run("adopt", "--all")
    desk.write("roles/night-shift.yaml", f"{RETIRED}move_users_to: {target}\n")

    desk.settle()

    edits = [asked.body for asked in site.served.api.log if asked.method == "PATCH"]
    assert edits == [{"role": role, "custom_role_id": None}] * 3
    assert site.served.night not in account.roles


def test_role_is_created_and_people_are_moved_with_their_role_in_every_edit(site: Site) -> None:
    """Each edit of an agent has `role` and `custom_role_id`; what apply created is found by name, and pinned later."""
    desk, account = site.desk, site.served.account
    site.run("adopt", "--all")
    text = (desk.folder / "roles/night-shift.yaml").read_text(encoding="utf-8")
    desk.write("roles/late-shift.yaml", text.replace("Night Shift", "Late Shift").replace("at night", "late"))
    head = "name: Night Shift\ndescription: Watches at night\nretired: true\nmove_users_to: late-shift\n"
    desk.write("roles/night-shift.yaml", head)
    desk.confirm_all()

    lines = site.run("apply", "--yes")

    late = account.named("Late Shift")["id"]
    moves = [line for number in (2, 4, 5) for line in (LIST, AGENTS, f"PATCH /agents/{number} 200", AGENTS)]
    gone = [LIST, AGENTS, LIST, f"DELETE /custom_roles/{site.served.night} 200", LIST]
    assert lines == [*LOOK, LIST, "POST /custom_roles 200", LIST, *moves, *gone]
    edits = [asked.body for asked in site.served.api.log if asked.target.endswith(("/2", "/4", "/5"))]
    assert edits == [{"role": "agent", "custom_role_id": late}] * 3
    assert {agent["custom_role_id"] for agent in account.agents.values()} == {None, late}
    assert account.audits == []
    assert site.run("drift") == LOOK

    ran = desk.run("adopt", "--all")
    assert "Pinned the ids of these roles in schemas/ids.yaml" in ran.out
    assert f'  late-shift: "{late}"' in site.pins()
    assert "Pinned" not in desk.run("adopt", "--all").out


@pytest.mark.parametrize("reply", [None, Reply(500, {"error": "Internal Server Error"})])
def test_creation_without_a_clear_answer_makes_one_role(site: Site, reply: Reply | None) -> None:
    """Chatwoot would take a second one: the list tells whether the first is there, whatever else has its name.

    The night shift hands its name on in the same run, so that the new role is not the only one of the name.
    """
    desk, account = site.desk, site.served.account
    site.run("adopt", "--all")
    text = (desk.folder / "roles/night-shift.yaml").read_text(encoding="utf-8")
    desk.write("roles/night-shift.yaml", text.replace("name: Night Shift", "name: Night Watch"))
    desk.write("roles/a-second.yaml", text.replace("at night", "late"))
    desk.confirm_all()
    site.served.api.interfere("POST", "custom_roles$", reply, takes_effect=True)

    lines = site.run("apply", "--yes")

    assert len([line for line in lines if line.startswith("POST")]) == 1
    assert account.roles[site.served.night]["name"] == "Night Watch"
    assert account.named("Night Shift")["description"] == "Watches late"
    assert site.run("drift") == LOOK


def test_created_role_may_have_the_name_of_the_one_that_goes(site: Site) -> None:
    """Ids tell them apart, also where the answer to the creation is lost."""
    desk, account = site.desk, site.served.account
    site.run("adopt", "--all")
    text = (desk.folder / "roles/night-shift.yaml").read_text(encoding="utf-8")
    desk.write("roles/new-shift.yaml", text.replace("at night", "late"))
    head = "name: Night Shift of old\ndescription: Watches at night\nretired: true\nmove_users_to: new-shift\n"
    desk.write("roles/night-shift.yaml", head)
    desk.confirm_all()
    site.served.api.interfere("POST", "custom_roles$", None, takes_effect=True)

    site.run("apply", "--yes")

    new = account.named("Night Shift")
    assert (new["description"], new["id"] != site.served.night) == ("Watches late", True)
    assert {agent["custom_role_id"] for agent in account.agents.values()} == {None, new["id"]}
    assert site.run("drift") == LOOK


def test_deletion_without_a_clear_answer_is_settled_by_the_list(site: Site) -> None:
    """Asking again for a role that is gone would be a 500, so it is never asked."""
    desk = site.desk
    site.run("adopt", "--all")
    desk.write("roles/night-shift.yaml", "name: Night Shift\ndescription: Watches at night\nretired: true\n")
    desk.confirm_all()
    site.served.api.interfere("DELETE", "custom_roles/1$", None, takes_effect=True)

    assert site.run("apply", "--yes") == [*LOOK, LIST, AGENTS, LIST, "DELETE /custom_roles/1 0", LIST]
    assert site.run("drift") == LOOK


def test_administrator_cannot_be_made_by_a_role(site: Site) -> None:
    """What the product would refuse stops the plan before anything is sent."""
    desk = site.desk
    site.run("adopt", "--all")
    path = "roles/night-shift.yaml"
    desk.replace(path, "administration: none", "administration: [administrator]")
    desk.replace(path, "conversations: conversation_unassigned_manage", "conversations: conversation_manage")
    desk.replace(path, "areas: [contact_manage]", "areas: all")

    (message,) = (f["message"] for f in desk.plan()["findings"] if f["guard"] == "product")

    assert "No custom role makes an administrator" in message
    assert desk.run("apply", "--yes").code == 4
    assert {asked.method for asked in site.served.api.log} == {"GET"}


@pytest.mark.parametrize(
    ("token", "enabled", "enterprise", "words"),
    [
        (ADA, False, True, "custom roles are switched off for this account"),
        (BEN, True, True, "the user behind the key is no administrator of this account"),
        (EVE, True, True, "the user behind the key is no member of account 1"),
        (ADA, True, False, "without the enterprise code"),
        ("cw_nobody_Zm9v-bar_baz~quux04", True, True, "Invalid Access Token"),
    ],
)
def test_account_without_custom_roles_is_told_why(
    site: Site, monkeypatch: pytest.MonkeyPatch, token: str, *, enabled: bool, enterprise: bool, words: str
) -> None:
    """One answer of the product for several reasons is taken apart, and no answer is taken for no roles."""
    monkeypatch.setenv("CHATWOOT_KEY", token)
    site.served.account.switches.enabled = enabled
    site.served.account.switches.enterprise = enterprise

    ran = site.desk.run("adopt", "--all")

    assert ran.code == 7
    assert words in " ".join(ran.err.split())
    assert token not in ran.out + ran.err


def test_doctor_says_what_the_token_may_do(site: Site) -> None:
    """The token is shown nowhere, nor what the profile says besides."""
    site.run("adopt", "--all")

    ran = site.desk.run("doctor")

    assert ran.code == 0
    assert "/accounts/1" in ran.out
    assert not any(secret in ran.out + ran.err for secret in (ADA, "never shown"))
