"""A Zendesk account from the first adoption to a retirement, over the command line, with the requests it takes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from acceptance.desk import Desk
from fakes.zendesk.api import API_TOKEN, CLIENT, EMAIL, SECRET, Reply
from fakes.zendesk.server import LEAST, a_zendesk_desk
from fakes.zendesk.server import Desk as Served
from fakes.zendesk.state import Object

from reconciler.desired.lock_text import render_lock
from reconciler.tenants.clock import SystemClock
from reconciler.tenants.zendesk import KIND

pytestmark = pytest.mark.sockets

TOKEN, ME, LIST = "POST /oauth/tokens 200", "GET /api/v2/users/me 200", "GET /api/v2/custom_roles 200"
EVERYBODY = "GET /api/v2/users?role%5B%5D=admin&role%5B%5D=agent&page%5Bsize%5D=100 200"
LOOK = [TOKEN, ME, LIST]


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

    def role(self, name: str) -> Object:
        """Give a live role."""
        return self.served.account.named(name)

    def path(self, name: str) -> str:
        """Give the path of a live role."""
        return f"/api/v2/custom_roles/{self.role(name)['id']}"


SETTINGS = """\
tenants:
  live:
    kind: zendesk
    url: {url}
    key: env:ZENDESK_KEY
    {who}
default_tenant: live
"""


@pytest.fixture
def site(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give an empty repository with the lock of the product, beside an account with a night shift of three."""
    for name in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    shutil.rmtree(desk.folder / "roles")
    catalogue = KIND.shipped_catalogue()
    assert catalogue is not None
    desk.write("schemas/permissions.yaml", render_lock(catalogue))
    monkeypatch.setenv("ZENDESK_KEY", SECRET)
    with a_zendesk_desk(SystemClock()) as served:
        for name in ("Cem", "Dora"):
            served.account.add_user(name, served.night)
        desk.write("reconciler.yaml", SETTINGS.format(url=served.url, who=f"client_id: {CLIENT}"))
        yield Site(desk, served)


def test_account_goes_from_adoption_to_apply_and_drift(site: Site) -> None:
    """Adopted files plan nothing; an edit is planned, confirmed, applied in one PUT of two keys, and is no drift then.

    A look takes the identity and the list of roles, which has the counts and is the catalogue; one more request lists
    the people of the changed role. A change is read before, written, and read after.
    """
    desk = site.desk
    assert site.run("adopt", "--all") == LOOK
    desk.run("catalogue", "--update", "--overwrite")
    assert site.run("plan") == LOOK
    assert desk.plan()["changes"] == []

    desk.replace("roles/night-shift.yaml", "ticket_access: assigned-only", "ticket_access: within-groups")
    desk.replace("roles/night-shift.yaml", "  tickets: none\n", "  tickets: [ticket_deletion]\n")
    assert site.run("plan") == [*LOOK, EVERYBODY]
    (change,) = desk.plan()["changes"]
    assert (change["direction"], change["holders"], change["people_gaining"]) == ("widen", 3, 3)
    assert change["grants"] == ["ticket_access.within-groups", "tickets.ticket_deletion"]

    desk.confirm_all()
    before, path = site.role("Night Shift"), site.path("Night Shift")
    shown = f"GET {path} 200"
    assert site.run("apply", "--yes") == [*LOOK, EVERYBODY, shown, f"PUT {path} 200", shown]

    (put,) = (asked for asked in site.served.api.log if asked.method == "PUT")
    sent: Object = {"ticket_access": "within-groups", "ticket_deletion": True}
    assert put.body == {"custom_role": {"configuration": sent}}
    after = site.role("Night Shift")
    configuration = before["configuration"]
    assert isinstance(configuration, dict)
    assert after == before | {"configuration": {**configuration, **sent}, "updated_at": after["updated_at"]}
    assert site.run("drift") == LOOK


def test_token_that_ends_in_the_middle_of_an_apply_is_no_end(site: Site) -> None:
    """The write that met a 401 had no effect: it is sent once more with a new token, and the run goes on."""
    site.run("adopt", "--all")
    site.desk.replace("roles/night-shift.yaml", "ticket_access: assigned-only", "ticket_access: within-groups")
    site.desk.confirm_all()
    refused = Reply(401, {"error": "invalid_token", "error_description": "The access token expired"})
    site.served.api.interfere("PUT", "custom_roles", refused)
    path = site.path("Night Shift")

    lines = site.run("apply", "--yes")

    assert lines[-4:] == [f"PUT {path} 401", TOKEN, f"PUT {path} 200", f"GET {path} 200"]


def test_change_made_in_the_product_is_drift(site: Site) -> None:
    """What somebody edits by hand is told in the product's own words, and the next apply takes it back."""
    site.run("adopt", "--all")
    number = site.role("Staff")["id"]
    assert isinstance(number, int)
    site.served.account.update(number, {"configuration": {"ticket_access": "within-organization"}})

    drift = site.desk.run("drift")
    assert drift.code == 2
    assert "ticket_access.within-organization  in the tenant, not in the file" in drift.out
    assert "ticket_access.within-groups  in the file, not in the tenant" in drift.out
    (change,) = site.desk.plan()["changes"]
    assert change["direction"] == "mixed"

    site.desk.settle()
    assert site.run("drift") == LOOK


def test_roles_are_created_and_retired_with_their_people_moved(site: Site) -> None:
    """A new role is posted with every key that the account has; all holders of the retired one are moved by one PUT.

    They are listed once before, to see that nobody moved, and once after its job, to see that everybody did.
    """
    desk, account = site.desk, site.served.account
    account.switches.job_polls = 0
    site.run("adopt", "--all")
    text = (desk.folder / "roles/night-shift.yaml").read_text(encoding="utf-8")
    desk.write("roles/late-shift.yaml", text.replace("Night Shift", "Late Shift").replace("at night", "late"))
    head = "name: Night Shift\ndescription: Watches at night\nretired: true\nmove_users_to: late-shift\n"
    desk.write("roles/night-shift.yaml", head)
    desk.confirm_all()
    night = site.path("Night Shift")

    lines = site.run("apply", "--yes")

    late = site.path("Late Shift")
    ids = [str(number) for number, user in account.users.items() if f"{late}".endswith(str(user["custom_role_id"]))]
    moves = [
        EVERYBODY,
        f"PUT /api/v2/users/update_many?ids={'%2C'.join(ids)} 200",
        "GET /api/v2/job_statuses/job1 200",
        EVERYBODY,
    ]
    gone = [f"GET {night} 200", f"DELETE {night} 204", f"GET {night} 404", LIST]
    assert lines == [*LOOK, EVERYBODY, "POST /api/v2/custom_roles 200", f"GET {late} 200", *moves, *gone]
    assert site.role("Late Shift")["team_member_count"] == 3
    assert site.run("drift") == LOOK


def test_what_the_product_would_refuse_stops_the_plan(site: Site) -> None:
    """A reserved name, a value nobody can write and a key that has a value are told before anything is sent."""
    desk = site.desk
    site.run("adopt", "--all")
    desk.replace("roles/night-shift.yaml", "name: Night Shift", "name: Administrator\npreviously: [Night Shift]")
    desk.replace("roles/night-shift.yaml", "manage_roles: none", "manage_roles: all")
    desk.replace("roles/night-shift.yaml", "unstated: none", "unstated: [ticket_merge]")
    desk.replace("roles/night-shift.yaml", "macro_access: readonly", "macro_access: none")

    messages = [finding["message"] for finding in desk.plan()["findings"] if finding["guard"] == "product"]

    told = "\n".join(messages)
    assert len(messages) == 4
    assert 'keeps the name "administrator" for itself' in told
    assert "`manage_roles: all` belongs to the product's own roles" in told
    assert "`ticket_merge` has a value in Zendesk, which cannot be taken back" in told
    assert "`macro_access` must have one of its values" in told
    assert desk.run("apply", "--yes").code == 4
    assert not [asked for asked in site.served.api.log if asked.method != "GET" and "oauth" not in asked.target]


def blocks(site: Site) -> str:
    """Give what the guard `product` says of the plan, which must stop an apply before it writes anything."""
    site.desk.confirm_all()
    told = [finding["message"] for finding in site.desk.plan()["findings"] if finding["guard"] == "product"]
    site.served.api.log.clear()
    assert site.desk.run("apply", "--yes").code == 4
    assert not [asked for asked in site.served.api.log if asked.method != "GET" and "oauth" not in asked.target]
    return "\n".join(told)


def test_roles_that_are_too_many_or_too_near_together_are_refused_together(site: Site) -> None:
    """Each would be taken alone: the second of two near names, and the last of those that do not fit any more."""
    account, desk = site.served.account, site.desk
    for number in range(195 - sum(role["role_type"] == 0 for role in account.roles.values())):
        account.add_role(f"Filler {number}", LEAST)
    site.run("adopt", "Night Shift")
    text = (desk.folder / "roles/night-shift.yaml").read_text(encoding="utf-8")
    for number, name in enumerate(("Late Watch", "LateWatch")):
        desk.write(f"roles/late-{number}.yaml", text.replace("Night Shift", name))
    assert blocks(site) == (
        'Zendesk refuses names that are as near as "Late Watch" and "LateWatch", and both would be there while this '
        "plan is applied: choose another name for one of the two."
    )

    desk.replace("roles/late-1.yaml", "LateWatch", "Early Watch")
    assert not [finding for finding in desk.plan()["findings"] if finding["level"] == "block"]
    desk.write("roles/late-2.yaml", text.replace("Night Shift", "Noon Watch"))
    assert "at most 197 custom roles, and this plan would create more than that" in blocks(site)


def test_nobody_is_made_an_administrator_by_a_retirement(site: Site) -> None:
    """The role Admin is no place to move people to, and the plan says so with the way out."""
    site.run("adopt", "--all")
    head = "name: Night Shift\ndescription: Watches at night\nretired: true\nmove_users_to: admin\n"
    site.desk.write("roles/night-shift.yaml", head)

    assert '"Admin" makes administrators' in blocks(site)


def test_role_that_an_administrator_was_given_is_not_retired(site: Site) -> None:
    """They are not moved through roles, so the role could not be deleted; the plan says how many they are."""
    site.served.account.add_user("Root", site.served.night, role="admin")
    site.run("adopt", "--all")
    head = "name: Night Shift\ndescription: Watches at night\nretired: true\nmove_users_to: advisor\n"
    site.desk.write("roles/night-shift.yaml", head)

    assert '1 person with "Night Shift" are administrators or end users' in blocks(site)


def test_administrators_count_whatever_role_they_were_given(site: Site) -> None:
    """One has the role of the administrators, one none, one another: all three administer, and lose it to nothing."""
    account = site.served.account
    nobody = account.add_user("Root", None, role="admin")
    other = account.add_user("Boss", site.served.night, role="admin")
    site.run("adopt", "--all")

    assert "3 people can administer roles" in site.desk.run("doctor").out
    for number in (nobody, other):
        explained = site.desk.run("explain", str(number))
        assert explained.code == 0
        assert "manage_roles.all-except-self" in explained.out


def test_own_administrator_without_a_role_looks_with_as_many_requests(site: Site) -> None:
    """Which role they have is said by the list, which serves as the catalogue and as the list of roles as well."""
    site.served.account.users[site.served.api.me or 0]["custom_role_id"] = None

    assert site.run("adopt", "--all") == LOOK
    assert site.run("plan") == LOOK
    assert "1 person can administer roles" in site.desk.run("doctor").out


def test_api_token_works_and_its_end_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The legacy way needs the owner's address, asks for no token, and warns with the date of its end."""
    monkeypatch.setenv("ZENDESK_KEY", API_TOKEN)
    site.desk.write("reconciler.yaml", SETTINGS.format(url=site.served.url, who=f"email: {EMAIL}"))
    site.served.api.log.clear()

    ran = site.desk.run("adopt", "--all")

    assert ran.code == 0
    assert "2027-04-30" in ran.err
    assert API_TOKEN not in ran.out + ran.err
    assert site.served.api.lines() == [ME, LIST]


def test_doctor_names_what_the_client_may_do(site: Site) -> None:
    """The scopes are those of the token that looks, which can only read."""
    site.run("adopt", "--all")

    ran = site.desk.run("doctor")

    assert ran.code == 0
    assert "read" in ran.out
    assert SECRET not in ran.out + ran.err
