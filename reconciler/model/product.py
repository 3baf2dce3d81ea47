"""What a product can and cannot do with roles; plans, guards and the contract suite ask here."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.permission import PermissionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The traits of a product; the defaults are those of the support product.

    An adapter states them without a request, so they hold for every tenant of the product.
    """

    name: str = "the product"
    """What sentences call it, such as `Zammad`."""
    deletes: bool = True
    """Whether a role can be deleted; else retiring one makes it inactive, and inactive roles are no live roles."""
    deletes_in_use: bool = False
    """Whether a role that people hold can be retired; they are left with `left_behind` then."""
    left_behind: PermissionSet = frozenset()
    """What holders of a role that was retired in use have in its place; closed."""
    unique_names: bool = True
    """Whether the product refuses a second role of the same name; where not, files can pin the ids of their roles."""
    precondition: bool = True
    """Whether a write can be bound to the version that was read; where not, roles and people are read again before."""
    counts: bool = True
    """Whether listing the roles says how many people each has."""
    counts_again: bool = True
    """Whether reading one role says so too; else nobody notices who came between the plan and a narrowing."""
    reads_holders: bool = True
    """Whether the people with one role can be listed."""
    writes: bool = True
    """Whether a program can change roles at all; where not, an apply ends in the clicks that a person does."""
    roles_per_person: int | None = None
    """How many roles a person can hold; None for any number."""


SUPPORT = Product()
"""The support product that the embedded tenant plays."""
