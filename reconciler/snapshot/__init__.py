"""The snapshot of a tenant whose product has no interface: a file that somebody exported or wrote."""
