"""The contract of reading a tenant."""

from __future__ import annotations

from reconciler.model.person import PersonId
from reconciler.model.role import RoleId, RoleKind
from reconciler.ports import TenantWriter
from reconciler.testing.desk import Desk

NOWHERE = RoleId("999999999")
NOBODY = PersonId("999999999")
_WRITING = frozenset({"create_role", "update_role", "delete_role", "assign_roles"})


class ReadingContract:
    """What `TenantReader` promises."""

    def test_reader_cannot_write(self, desk: Desk) -> None:
        """What is opened for looking has none of the methods that write."""
        assert all(hasattr(TenantWriter, name) for name in _WRITING)
        assert [name for name in sorted(_WRITING) if hasattr(desk.reader, name)] == []

    def test_traits_and_objections_cost_no_request(self, desk: Desk) -> None:
        """They are known without asking the product."""
        role, unused = desk.role(desk.used), desk.role(desk.unused)
        before = desk.requests()

        assert desk.reader.product() == desk.tenant.product()
        assert desk.tenant.objections(role.content, role.content) == ()
        assert desk.tenant.objections(None, desk.content("Evening Watch")) == ()
        assert desk.tenant.objections(unused.content, None) == ()
        assert desk.tenant.objections_together((), {}) == ()

        assert desk.requests() == before

    def test_reading_again_tells_the_same(self, desk: Desk) -> None:
        """Reading changes nothing."""
        assert desk.reader.identity() == desk.reader.identity()
        assert desk.reader.catalogue() == desk.reader.catalogue()
        assert desk.reader.roles() == desk.reader.roles() == desk.tenant.roles()

    def test_identity_is_a_tenant_and_an_account_with_live_roles(self, desk: Desk) -> None:
        """The tenant has an id that digests are bound to, and the account holds roles that are listed."""
        tenant, account = desk.reader.identity()

        assert tenant.id
        assert account.role_ids <= set(desk.contents())
        assert account.person_id not in desk.holders

    def test_account_needs_what_it_must_not_lose(self, desk: Desk) -> None:
        """The guard for the key's own account looks at these; they are permissions that the product has."""
        account, catalogue = desk.reader.identity()[1], desk.reader.catalogue()

        assert account.needs <= catalogue.keys
        assert account.person_id is None or desk.administers in account.needs

    def test_catalogue_says_what_administers_and_that_it_is_sensitive(self, desk: Desk) -> None:
        """The guard against lock-outs counts the people who have it, and giving it to anybody asks for a yes."""
        catalogue = desk.reader.catalogue()

        assert catalogue.role_administration == desk.administers
        assert desk.administers is None or catalogue.by_key[desk.administers].sensitive

    def test_key_of_the_desk_may_do_what_the_product_allows(self, desk: Desk) -> None:
        """A key that may not would make the other tests say nothing."""
        told = desk.reader.capabilities()

        writes = desk.reader.product().writes
        assert (told.reads_roles, told.reads_people) == (True, True)
        assert (told.writes_roles, told.writes_people) == (writes, writes)
        assert told.scopes == tuple(sorted(told.scopes))

    def test_catalogue_knows_every_permission_in_use(self, desk: Desk) -> None:
        """Whatever a role permits is listed; what the product does not have is not."""
        known = desk.reader.catalogue().keys

        assert desk.few < desk.more <= known
        assert all(role.content.permissions <= known for role in desk.reader.roles())
        assert desk.stranger not in known

    def test_permission_that_no_table_knows_is_not_lost(self, desk: Desk) -> None:
        """What the vendor has added since is in the role and in the catalogue, so that somebody decides on it."""
        assert desk.role(desk.odd).content.permissions == desk.few | {desk.novelty}
        assert desk.novelty in desk.reader.catalogue().keys

    def test_permissions_of_every_role_are_closed(self, desk: Desk) -> None:
        """With each permission a role has all that it implies, so that more access is exactly a superset."""
        catalogue = desk.reader.catalogue()

        for role in desk.reader.roles():
            assert role.content.permissions == catalogue.closed(role.content.permissions)

    def test_roles_are_sorted_by_id_and_each_is_there_once(self, desk: Desk) -> None:
        """The two custom roles are among them and permit what the desk says."""
        roles = desk.reader.roles()

        assert [role.id for role in roles] == sorted({role.id for role in roles})
        for name in (desk.used, desk.unused):
            (role,) = (role for role in roles if role.content.name == name)
            assert (role.kind, role.editable) == (RoleKind.CUSTOM, True)
            assert role.content.permissions == desk.few

    def test_one_role_reads_as_in_the_list(self, desk: Desk) -> None:
        """What a list shows is enough to write against."""
        for listed in desk.reader.roles():
            role = desk.reader.role(listed.id)
            assert role is not None
            assert (role.id, role.content, role.kind, role.editable, role.version) == (
                listed.id,
                listed.content,
                listed.kind,
                listed.editable,
                listed.version,
            )

    def test_what_does_not_exist_is_none(self, desk: Desk) -> None:
        """A role or a person that is not there is None, not an error."""
        assert desk.reader.role(NOWHERE) is None
        assert desk.reader.person(NOBODY) is None
        assert desk.reader.find_person(NOBODY) is None

    def test_holders_are_everyone_assigned(self, desk: Desk) -> None:
        """Each comes with all their roles and as they read alone; a product that cannot list them says None."""
        role = desk.role(desk.used)
        holders = desk.reader.holders(role.id)

        if not desk.reader.product().reads_holders:
            assert holders is None
            return
        assert holders is not None
        assert [person.id for person in holders] == desk.holders
        assert all(role.id in person.role_ids for person in holders)
        assert {person.id for person in holders if not person.counts} == desk.inactive
        assert all(desk.reader.person(person.id) == person for person in holders)

    def test_nobody_holds_an_unused_role(self, desk: Desk) -> None:
        """An empty list is a list, not "unknown"."""
        expected = () if desk.reader.product().reads_holders else None

        assert desk.reader.holders(desk.role(desk.unused).id) == expected

    def test_counts_are_the_holders(self, desk: Desk) -> None:
        """A product that counts says how many people have a role with the role itself, and the others say None."""
        counts = [desk.role(name).user_count for name in (desk.used, desk.unused)]

        assert counts == ([len(desk.holders), 0] if desk.reader.product().counts else [None, None])

    def test_contacts_are_the_holders(self, desk: Desk) -> None:
        """Whoever asks for names gets exactly the people that `holders` lists."""
        for name in (desk.used, desk.unused):
            role = desk.role(name)
            holders, contacts = desk.reader.holders(role.id), desk.reader.contacts(role.id)
            told = None if contacts is None else [(contact.id, contact.counts) for contact in contacts]
            assert told == (None if holders is None else [(person.id, person.counts) for person in holders])

    def test_person_is_found_by_id_and_by_address_and_by_no_part_of_them(self, desk: Desk) -> None:
        """Both find their user and nobody else, an address whatever its case."""
        contacts = desk.reader.contacts(desk.role(desk.used).id)
        assert contacts is not None
        (contact,) = (contact for contact in contacts if contact.id == desk.holder)

        assert contact.name
        assert "@" in contact.email
        for who in (desk.holder, contact.email, contact.email.upper()):
            assert desk.reader.find_person(who) == desk.person()
        for stranger in (f"{desk.holder}{desk.holder}", contact.email[1:], f"x{contact.email}"):
            assert desk.reader.find_person(stranger) is None

    def test_headcount_is_everybody_or_unknown(self, desk: Desk) -> None:
        """It counts those who have a role and the account at least, or it is None."""
        headcount = desk.reader.headcount()

        assert headcount is None or headcount >= len({*desk.holders, desk.reader.identity()[1].person_id} - {None})
