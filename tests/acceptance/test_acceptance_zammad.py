"""A Zammad from the first adoption to a retirement, over the command line, with the requests it takes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from acceptance.desk import Desk
from fakes.zammad.calls import Token
from fakes.zammad.server import SECRET, a_zammad_desk
from fakes.zammad.server import Desk as Served

from reconciler.desired.lock_text import render_lock
from reconciler.tenants.clock import SystemClock
from reconciler.tenants.zammad import KIND

pytestmark = pytest.mark.sockets

LOOK = [
    "GET /users/me 200",
    "GET /user_access_token 200",
    "GET /version 403",
    "GET /groups 200",
    "GET /roles 200",
]
EVERYBODY = "GET /users 200"
SETTINGS = """\
tenants:
  live:
    kind: zammad
    url: {url}
    key: env:ZAMMAD_KEY
default_tenant: live
"""


@dataclass(frozen=True)
class Site:
    """A repository for one server, and the server."""

    desk: Desk
    served: Served

    def run(self, *arguments: str) -> list[str]:
        """Run a command that must succeed, and give the requests it took."""
        self.served.api.log.clear()
        ran = self.desk.run(*arguments)
        assert (ran.code, ran.err) == (0, "")
        return self.served.api.lines()

    def begin(self) -> None:
        """Adopt every role; those that say more than the shipped lock need the permissions of the server first."""
        self.run("adopt", "--all")
        self.run("catalogue", "--update", "--overwrite")
        assert "cannot" not in self.desk.run("adopt", "--all").out

    def path(self, name: str) -> str:
        """Give the path of a live role."""
        return f"/roles/{self.served.server.named(name).id}"


@pytest.fixture(params=[(5, 5), (6, 5), (7, 3)], ids=["5.5", "6.5", "7.3"])
def site(request: pytest.FixtureRequest, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give an empty repository with the lock of the product, beside a server with a night shift of three."""
    for name in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    shutil.rmtree(desk.folder / "roles")
    catalogue = KIND.shipped_catalogue()
    assert catalogue is not None
    desk.write("schemas/permissions.yaml", render_lock(catalogue))
    monkeypatch.setenv("ZAMMAD_KEY", SECRET)
    with a_zammad_desk(request.param, SystemClock()) as served:
        for name in ("Cem", "Dora"):
            served.server.add_user(name, "Night Shift")
        served.server.named("Unused").note = "Waits for somebody to have it"
        desk.write("reconciler.yaml", SETTINGS.format(url=served.url))
        yield Site(desk, served)


def test_server_goes_from_adoption_to_apply_and_drift(site: Site) -> None:
    """Adopted files plan nothing; an edit is planned, confirmed, applied in one PUT by names, and is no drift then.

    A look takes five requests; one more lists everybody, for the people of any number of changed roles. A change is
    read before, written, and read after.
    """
    desk, server = site.desk, site.served.server
    assert site.run("adopt", "--all") == LOOK
    assert site.run("catalogue", "--update", "--overwrite") == LOOK[1:]
    assert site.run("adopt", "--all") == LOOK
    assert site.run("plan") == LOOK
    assert desk.plan()["changes"] == []

    desk.replace("roles/night-shift.yaml", "Users: [read]", "Users: [read, change]")
    desk.replace("roles/night-shift.yaml", "chat: all", "chat: none")
    assert site.run("plan") == [*LOOK, EVERYBODY]
    (change,) = desk.plan()["changes"]
    assert (change["direction"], change["holders"], change["people_losing"]) == ("mixed", 3, 3)
    assert (change["grants"], change["revokes"]) == (["groups/Users.change"], ["chat.agent"])

    desk.confirm_all()
    path = site.path("Night Shift")
    shown = f"GET {path} 200"
    assert site.run("apply", "--yes") == [*LOOK, EVERYBODY, shown, f"PUT {path} 200", shown]

    (put,) = (asked for asked in site.served.api.log if asked.method == "PUT")
    assert put.target.endswith("?expand=true")
    assert put.body == {"permissions": ["ticket.agent"], "groups": {"Users": ["change", "read"]}}
    role = server.named("Night Shift")
    assert (server.names(role), role.groups, role.note) == (
        ["ticket.agent"],
        {1: ["change", "read"]},
        "Watches at night",
    )
    assert site.run("drift") == LOOK


def test_change_made_in_the_product_is_drift(site: Site) -> None:
    """What somebody edits by hand is told by its name, and the next apply takes it back."""
    site.begin()
    role = site.served.server.named("Agent")
    site.served.server.update(role.id, {"groups": {"Sales": "full"}})

    drift = site.desk.run("drift")
    assert drift.code == 2
    assert "groups/Sales.full" in drift.out

    site.desk.settle()
    assert role.groups == {}
    assert site.run("drift") == LOOK


def test_retired_role_becomes_inactive_and_its_people_are_moved(site: Site) -> None:
    """Each holder is moved by one PUT that keeps their other roles; a last PUT makes the role inactive, as planned."""
    desk, server = site.desk, site.served.server
    site.begin()
    server.users[site.served.ben].roles.add(server.named("Customer").id)
    text = (desk.folder / "roles/night-shift.yaml").read_text(encoding="utf-8")
    desk.write("roles/late-shift.yaml", text.replace("Night Shift", "Late Shift"))
    head = "name: Night Shift\ndescription: Watches at night\nretired: true\nmove_users_to: late-shift\n"
    desk.write("roles/night-shift.yaml", head)
    assert "inactive" in desk.run("plan").out
    desk.confirm_all()
    night = site.path("Night Shift")

    lines = site.run("apply", "--yes")

    late = site.path("Late Shift")
    joined = [number for number, user in server.users.items() if server.named("Late Shift").id in user.roles]
    moves = [f"{method} /users/{number} 200" for number in joined for method in ("GET", "PUT", "GET")]
    gone = [f"GET {night} 200", EVERYBODY, f"GET {night} 200", f"PUT {night} 200", f"GET {night} 200"]
    assert len(joined) == 3
    assert lines == [*LOOK, EVERYBODY, "POST /roles 201", f"GET {late} 200", *moves, *gone]
    assert not server.named("Night Shift").active
    assert server.named("Customer").id in server.users[site.served.ben].roles
    assert site.run("drift") == LOOK


def test_role_is_retired_while_people_have_it(site: Site) -> None:
    """They keep it and have nothing through it: the plan counts them as losing all of it."""
    site.begin()
    site.desk.write("roles/night-shift.yaml", "name: Night Shift\ndescription: Watches at night\nretired: true\n")

    plan = site.desk.plan()
    (change,) = plan["changes"]
    assert (change["action"], change["holders"], change["people_losing"]) == ("retire", 3, 3)
    assert any("Zammad leaves them with nothing" in finding["message"] for finding in plan["findings"])
    site.desk.settle()

    night = site.served.server.named("Night Shift")
    assert (night.active, night.id in site.served.server.users[site.served.ben].roles) == (False, True)
    assert site.run("drift") == LOOK


def test_lost_answers_are_settled_by_reading_back(site: Site) -> None:
    """A role, a change, a move and a retirement whose answers never came are there once, and nothing is sent twice."""
    desk, server = site.desk, site.served.server
    site.begin()
    text = (desk.folder / "roles/night-shift.yaml").read_text(encoding="utf-8")
    desk.write("roles/late-shift.yaml", text.replace("Night Shift", "Late Shift"))
    head = "name: Night Shift\ndescription: Watches at night\nretired: true\nmove_users_to: late-shift\n"
    desk.write("roles/night-shift.yaml", head)
    desk.replace("roles/unused.yaml", "chat: all", "chat: none")
    desk.confirm_all()
    for method, path in (("POST", "/roles"), ("PUT", "/users/4"), ("PUT", "/roles/4"), ("PUT", "/roles/5")):
        site.served.api.interfere(method, path, None, takes_effect=True)
    site.served.api.log.clear()

    assert desk.run("apply", "--yes").code == 0

    sent = [line for line in site.served.api.lines() if not line.startswith("GET")]
    assert sorted(sent) == ["POST /roles 0", "PUT /roles/4 0", "PUT /roles/5 0", *_moves(site)]
    assert (server.named("Night Shift").active, server.names(server.named("Unused"))) == (False, ["ticket.agent"])
    assert site.run("drift") == LOOK


def _moves(site: Site) -> list[str]:
    """Give the writes that moved the three of the night shift, the answer to the first of which was lost."""
    joined = site.served.server.named("Late Shift").id
    numbers = sorted(number for number, user in site.served.server.users.items() if joined in user.roles)
    return [f"PUT /users/{number} {0 if number == site.served.ben else 200}" for number in numbers]


def test_what_the_product_would_refuse_stops_the_plan(site: Site) -> None:
    """Its guards and its limits are told before anything is sent."""
    desk, server = site.desk, site.served.server
    site.begin()
    desk.replace("roles/admin.yaml", "admin: [everything]", "admin: [role]")
    desk.replace("roles/customer.yaml", "ticket: [customer]", "ticket: [agent]")
    desk.replace("roles/night-shift.yaml", "description: Watches at night", f"description: Watches <b>{'x' * 250}")
    text = (desk.folder / "roles/unused.yaml").read_text(encoding="utf-8")
    desk.write("roles/shelf.yaml", text.replace("name: Unused", "name: Shelf"))
    server.add_role("shelf", active=False)
    site.served.api.log.clear()

    messages = [finding["message"] for finding in desk.plan()["findings"] if finding["guard"] == "product"]

    told = "\n".join(messages)
    assert len(messages) == 5
    assert "through no other role does anybody" in told
    assert "lets such a role have no ticket.agent" in told
    assert "at most 250 characters of description" in told
    assert "takes a description for HTML" in told
    assert 'Zammad has an inactive role "shelf"' in told
    assert desk.run("apply", "--yes").code == 4
    assert {asked.method for asked in site.served.api.log} == {"GET"}


def _product(desk: Desk) -> list[str]:
    """Give what the product would refuse of the plan."""
    return [finding["message"] for finding in desk.plan()["findings"] if finding["guard"] == "product"]


@pytest.mark.parametrize("name", ["Aaa Keepers", "Keepers"])
def test_last_administrator_is_foreseen_in_the_order_of_the_writes(site: Site, name: str) -> None:
    """Two roles that may both go on by themselves: told where the first one written leaves nobody for the second."""
    desk, server = site.desk, site.served.server
    server.add_role(name, ("admin.user", "admin.object"), note="Keeps the people in order")
    server.add_user("Kim", name)
    server.add_role("Roleboss", ("admin.role", "admin.group", "user_preferences"), note="Runs the roles of the desk")
    for each in ("Rob", "Rita", "Ruth"):
        server.add_user(each, "Roleboss")
    site.begin()
    desk.replace("roles/admin.yaml", "admin: [everything]", "admin: [role, group, user]")
    path = f"roles/{name.lower().replace(' ', '-')}.yaml"
    before = (desk.folder / path).read_text(encoding="utf-8")
    desk.write(path, re.sub(r"admin: \[.*\]", "admin: [object]", before))

    told = _product(desk)

    if name == "Aaa Keepers":
        assert [message.partition(". ")[2] for message in told] == ['Change "Admin" first, in a plan of its own.']
        desk.confirm_all()
        site.served.api.log.clear()
        assert desk.run("apply", "--yes").code == 4
        assert {asked.method for asked in site.served.api.log} == {"GET"}
        after = (desk.folder / path).read_text(encoding="utf-8")
        desk.write(path, before)
        desk.settle()
        desk.write(path, after)
    else:
        assert told == []
    desk.settle()
    assert _administration(site, "Admin") == {"admin.role", "admin.group", "admin.user"}
    assert _administration(site, name) == {"admin.object"}


def _administration(site: Site, name: str) -> set[str]:
    """Give what a live role may administer."""
    server = site.served.server
    return {permission for permission in server.names(server.named(name)) if permission.startswith("admin")}


def test_last_administrator_is_foreseen_among_many_people(site: Site) -> None:
    """With more people than are listed at once, those of the other role are listed; that it has none is told."""
    desk, server = site.desk, site.served.server
    for number in range(600):
        server.add_user(f"c{number}", "Customer")
    server.add_role("Roleboss", ("admin.role", "admin.group", "user_preferences", "admin.user"), note="Runs roles")
    site.begin()
    desk.replace("roles/admin.yaml", "admin: [everything]", "admin: [role, group, user]")

    (told,) = _product(desk)
    assert '"Admin" loses that here, and through no other role does anybody have it' in told
    assert desk.run("apply", "--yes").code == 4

    server.add_user("Rob", "Roleboss")
    assert _product(desk) == []
    desk.settle()
    assert _administration(site, "Admin") == {"admin.role", "admin.group", "admin.user"}


def test_access_to_inactive_groups_that_goes_unseen_is_told(site: Site) -> None:
    """No reply shows it, and a change of the role's groups takes it: the plan warns, for that change and no other."""
    desk, server = site.desk, site.served.server
    server.groups[3] = "Legal"
    server.named("Night Shift").groups[3] = ["full"]
    server.inactive_groups.add(3)
    site.begin()
    desk.replace("roles/unused.yaml", "chat: all", "chat: none")
    assert "tenant.unseen" not in desk.run("plan").err

    desk.replace("roles/night-shift.yaml", "Users: [read]", "Users: [read, create]")

    (warned,) = (line for line in desk.run("plan").err.splitlines() if "tenant.unseen" in line)
    assert "inactive: Legal; changed: night-shift" in warned
    desk.confirm_all()
    assert desk.run("apply", "--yes").code == 0
    assert server.named("Night Shift").groups == {1: ["create", "read"]}


def test_groups_that_a_role_loses_with_its_tickets_are_told_too(site: Site) -> None:
    """6 and later clear them all whenever a role without tickets is saved; 5.5 keeps them."""
    desk, server = site.desk, site.served.server
    server.groups[3] = "Legal"
    server.named("Unused").groups = {3: ["full"]}
    server.inactive_groups.add(3)
    site.begin()
    desk.replace("roles/unused.yaml", "ticket: [agent]", "ticket: none")
    desk.confirm_all()

    warned = "tenant.unseen" in desk.run("apply", "--yes").err

    assert warned == (server.version >= (6, 0))
    assert server.named("Unused").groups == ({} if warned else {3: ["full"]})


def test_groups_without_tickets_are_refused_offline(site: Site) -> None:
    """Validation needs no network for it, as the lock says what access to a group requires."""
    site.begin()
    site.desk.replace("roles/unused.yaml", "ticket: [agent]", "ticket: none")
    site.served.api.log.clear()

    ran = site.desk.run("validate")

    assert ran.code == 3
    assert "ticket.agent" in ran.out + ran.err
    assert site.served.api.log == []


def test_people_who_cannot_be_read_stop_the_plan(site: Site) -> None:
    """A token without admin.user is answered its own user alone, with 200: that is not taken for everybody."""
    site.begin()
    needed = ("admin.role", "admin.group", "user_preferences.access_token")
    site.served.api.tokens[SECRET] = Token(3, needed)
    site.desk.replace("roles/night-shift.yaml", "chat: all", "chat: none")

    findings = [finding for finding in site.desk.plan()["findings"] if finding["guard"] == "incomplete"]

    assert ["neither lists nor counts them" in finding["message"] for finding in findings] == [True]
    assert site.desk.run("apply", "--yes").code == 4


def test_doctor_names_what_the_token_may_do(site: Site) -> None:
    """It reads people by trying, and the administrators are counted."""
    site.begin()

    ran = site.desk.run("doctor")

    assert "1 person can administer roles" in ran.out
    assert SECRET not in ran.out + ran.err
