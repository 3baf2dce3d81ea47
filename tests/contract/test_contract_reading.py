"""What the reading port promises, kept alike by the fake tenant and by the adapter over real HTTP."""

from __future__ import annotations

import pytest
from fakes.desk import EVERYTHING, NEEDS, ROLES, USERS
from fakes.sides import Side

from reconciler.errors import TenantRejected
from reconciler.model.person import PersonId
from reconciler.model.role import RoleContent, RoleId

NOWHERE = RoleId("rol_nowhere")


def test_identity_is_the_keys_own_account(side: Side) -> None:
    """The account holds the roles that its user has, and names what it must keep."""
    tenant, account = side.tenant.identity()

    assert tenant.id
    assert account.person_id == side.users["Ada"]
    assert account.role_ids == {side.role("Owner").id}
    assert account.needs == NEEDS


def test_capabilities_of_a_full_key(side: Side) -> None:
    """A key with every scope may read and write roles and people."""
    told = side.tenant.capabilities()

    assert (told.reads_roles, told.writes_roles, told.reads_people, told.writes_people) == (True, True, True, True)
    assert told.scopes == tuple(sorted(told.scopes))


def test_the_catalogue_knows_every_permission_in_use(side: Side) -> None:
    """Whatever a role grants is listed, and what administers; standard roles are in the list of roles."""
    catalogue = side.tenant.catalogue()

    assert catalogue.keys >= EVERYTHING
    assert (catalogue.role_administration, catalogue.standard_roles) == ("settings.roles", ())


def test_roles_are_all_there_and_sorted_by_id(side: Side) -> None:
    """Every role comes with its content, kind and the number of everyone assigned."""
    roles = side.tenant.roles()

    assert [role.id for role in roles] == sorted(role.id for role in roles)
    facts = {role.content.name: (role.content, role.kind, role.editable, role.user_count) for role in roles}
    counts = {role.name: sum(role.name in user.roles for user in USERS) for role in ROLES}
    assert facts == {
        role.name: (
            RoleContent(name=role.name, description=role.description, permissions=role.permissions),
            role.kind,
            role.editable,
            counts[role.name],
        )
        for role in ROLES
    }


def test_one_role_reads_as_in_the_list(side: Side) -> None:
    """A list is enough to write against: it shows the same version."""
    for listed in side.tenant.roles():
        assert side.tenant.role(listed.id) == listed


def test_what_does_not_exist_is_none(side: Side) -> None:
    """A role or a person that is not there is None, not an error."""
    assert side.tenant.role(NOWHERE) is None
    assert side.tenant.person(PersonId("usr_nowhere")) is None


def test_holders_are_everyone_assigned(side: Side) -> None:
    """Suspended people and service accounts are holders too, each with all their roles, sorted by id."""
    agent, night = side.role("Agent").id, side.role("Night Shift").id
    holders = side.tenant.holders(agent)

    assert holders is not None
    assert [person.id for person in holders] == sorted(side.users[name] for name in ("Ben", "Cem", "Robot"))
    by_id = {person.id: person for person in holders}
    assert by_id[side.users["Ben"]].role_ids == {agent, night}
    assert not by_id[side.users["Cem"]].active
    assert not by_id[side.users["Robot"]].human
    assert all(side.tenant.person(person.id) == person for person in holders)


def test_nobody_holds_an_unused_role(side: Side) -> None:
    """An empty list is a list, not "unknown"."""
    assert side.tenant.holders(side.role("Unused").id) == ()


def test_holders_of_no_role_are_an_error(side: Side) -> None:
    """A role that does not exist has no list of holders, not an empty one."""
    with pytest.raises(TenantRejected, match="unknown_role"):
        side.tenant.holders(NOWHERE)


def test_no_headcount(side: Side) -> None:
    """The product does not say it for nothing."""
    assert side.tenant.headcount() is None


def test_contacts_are_the_holders_with_name_and_address(side: Side) -> None:
    """Whoever asks for names gets exactly the people that `holders` lists, and who of them counts."""
    agent = side.role("Agent")

    holders, contacts = side.tenant.holders(agent.id), side.tenant.contacts(agent.id)

    assert holders is not None
    assert contacts is not None
    assert [(person.id, person.counts) for person in holders] == [(c.id, c.counts) for c in contacts]
    assert {("Ben", "ben@desk.example"), ("Cem", "cem@desk.example"), ("Robot", "robot@desk.example")} == {
        (contact.name, contact.email) for contact in contacts
    }


def test_a_person_is_found_by_id_and_by_address(side: Side) -> None:
    """An id finds its user, an address finds them whatever its case, and neither finds somebody else."""
    ben = side.user("Ben")

    assert ben == side.tenant.find_person(ben.id)
    assert ben == side.tenant.find_person("BEN@desk.example")
    assert side.tenant.find_person("nobody@desk.example") is None
    assert side.tenant.find_person("usr_nobody") is None
