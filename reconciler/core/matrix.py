"""Lay roles out by permissions, with categories as groups and what differs from live marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reconciler.core.pairs import RolePair
from reconciler.model.matrix import Mark, Matrix, MatrixGroup, MatrixRole, MatrixRow
from reconciler.model.permission import Catalogue, Permission
from reconciler.model.role import RetiredRole


def matrix(catalogue: Catalogue, found: Iterable[RolePair], *, unmanaged: bool, compared: bool) -> Matrix:
    """Give the matrix of the roles in `found`, in their order.

    A retired role that is gone is left out, and so are roles without a file unless `unmanaged`. Permissions
    that the catalogue does not know and some role holds make up a last group without a key.
    """
    shown = [
        pair
        for pair in found
        if (unmanaged or pair.file is not None) and not (isinstance(pair.file, RetiredRole) and pair.live is None)
    ]
    groups = [
        MatrixGroup(
            category=category.key,
            label=category.name,
            rows=tuple(_row(permission.key, permission, shown) for permission in category.permissions),
        )
        for category in catalogue.categories
    ]
    unknown = sorted(frozenset().union(*(pair.before | pair.after for pair in shown)) - catalogue.keys)
    if unknown:
        groups.append(MatrixGroup(category="", label="", rows=tuple(_row(key, None, shown) for key in unknown)))
    return Matrix(compared=compared, roles=tuple(_role(pair) for pair in shown), groups=tuple(groups))


def _row(key: str, permission: Permission | None, shown: list[RolePair]) -> MatrixRow:
    return MatrixRow(
        permission=key,
        label="" if permission is None else permission.name,
        sensitive=permission is None or permission.sensitive,
        marks=tuple(pair.mark(key) for pair in shown),
    )


def _role(pair: RolePair) -> MatrixRole:
    counted = Counter(pair.mark(permission) for permission in pair.before | pair.after)
    return MatrixRole(
        key=pair.role.key,
        id=pair.role.id,
        name=pair.name,
        origin=pair.place,
        on=counted[Mark.ON],
        to_grant=counted[Mark.GRANT],
        to_revoke=counted[Mark.REVOKE],
        live_name=pair.live.content.name if pair.renamed and pair.live is not None else None,
    )
