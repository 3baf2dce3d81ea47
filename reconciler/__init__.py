"""Roles as code for support desks: plan, confirm and apply custom roles, counted in people."""

__version__ = "0.1.0"
