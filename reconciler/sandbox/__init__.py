"""The embedded tenant: a small support product with the role API, for demos, rehearsals and tests."""
