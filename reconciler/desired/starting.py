"""What a new repository starts with where its tenant is of another product than the one that comes along."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.desired.role_text import role_text
from reconciler.desired.shipped import shipped_text, template
from reconciler.model.adoption import Subject
from reconciler.model.permission import WHOLE, Catalogue, CategoryForm, PermissionLevel, PermissionSet
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey, RoleKind

EXAMPLE = "example-reader"
"""The key of the one role that is written where the product's own roles are not ours to ship."""

_SETTINGS = "reconciler.yaml"
_FROM, _TO = "tenants:\n", "default_tenant: sandbox\n"
_TENANT = {
    "snapshot": "tenant-snapshot.yaml",
    "zendesk": "tenant-zendesk.yaml",
    "zammad": "tenant-zammad.yaml",
    "chatwoot": "tenant-chatwoot.yaml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A kind of tenant to start with."""

    kind: str
    catalogue: Catalogue | None
    """The lock to start from; None where it is the one that comes with the program."""

    def settings(self) -> str:
        """Give the text of settings with one tenant of the kind, whose address is still to be filled in."""
        text = shipped_text(_SETTINGS)
        head, _, rest = text.partition(_FROM)
        _, _, tail = rest.partition(_TO)
        tenant = template(_TENANT.get(self.kind, "tenant.yaml")).replace("@KIND@", self.kind)
        return f"{head}{_FROM}{tenant}\ndefault_tenant: production\n{tail}"

    def examples(self, folder: str) -> dict[str, str]:
        """Give the text of each role file to look at, by path; one role that only reads, said of this catalogue."""
        if self.catalogue is None:
            return {}
        path = f"{folder}/{EXAMPLE}.yaml"
        content = RoleContent(
            name="Example Reader",
            description="Shows what a role file looks like: sees what can be seen, and changes nothing",
            permissions=readable(self.catalogue),
        )
        live = LiveRole(
            id=RoleId(EXAMPLE), content=content, kind=RoleKind.CUSTOM, editable=True, version="", user_count=0
        )
        return {path: role_text(Subject(live=live, key=RoleKey(EXAMPLE), path=path, declared=None), self.catalogue)}


def readable(catalogue: Catalogue) -> PermissionSet:
    """Give what only reads and needs nothing else; of levels the lowest, where that only reads."""
    found: set[str] = set()
    for category in catalogue.categories:
        reading = [p for p in category.permissions if p.level is PermissionLevel.VIEW and p.short != WHOLE]
        if category.form is CategoryForm.LEVELS:
            reading = [p for p in reading if p.key not in catalogue.below][:1]
        found |= catalogue.closed(p.key for p in reading)
    sensitive = {key for key in found if catalogue.is_sensitive(key)}
    found -= sensitive.union(*(catalogue.above.get(key, frozenset()) for key in sensitive))
    while lacking := {key for key in found if not found.issuperset(_needed(catalogue, key))}:
        found -= lacking
    return frozenset(found)


def _needed(catalogue: Catalogue, key: str) -> PermissionSet:
    permission = catalogue.by_key[key]
    return frozenset((*permission.requires, *permission.implies))
