"""The product's clear answers "no", as one error type with the status and code that the API replies with."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A request that was turned down and had no effect; becomes `{error: {code, message, details}}`."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.headers = dict(headers or {})


def not_found(what: str) -> Refused:
    """Say that no such thing exists; `what` names its sort, never the id that was asked for."""
    return Refused(404, "not_found", f"There is no such {what}")


def changed() -> Refused:
    """Say that the thing is no longer what the caller read."""
    return Refused(412, "changed", "It changed since it was read; read it again")


def name_taken(name: str) -> Refused:
    """Say that another role has this name, upper and lower case being equal."""
    return Refused(409, "name_taken", "Another role has this name", details={"name": name})


def unknown_permissions(keys: list[str]) -> Refused:
    """Say which permission keys the product does not have."""
    return Refused(422, "unknown_permission", "The product has no such permission", details={"permissions": keys})


def unknown_roles(ids: list[str]) -> Refused:
    """Say which role ids do not exist."""
    return Refused(422, "unknown_role", "There is no such role", details={"role_ids": ids})


def no_roles() -> Refused:
    """Say that a user keeps at least one role."""
    return Refused(422, "no_roles", "A user has at least one role")


def sole_owner() -> Refused:
    """Say that the last active user with Owner stays as they are."""
    return Refused(409, "sole_owner", "This is the only active user with the role Owner")


def standard_role(message: str) -> Refused:
    """Say what cannot be done to a role that the product ships."""
    return Refused(403, "standard_role", message)


def role_in_use(users: int) -> Refused:
    """Say how many users still have the role."""
    return Refused(409, "role_in_use", f"{users} user(s) have this role", details={"users": users})


def invalid(message: str, **details: object) -> Refused:
    """Say that a value in the request has the wrong shape."""
    return Refused(422, "invalid", message, details=details)
