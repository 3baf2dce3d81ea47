"""Frozen values that every other room speaks in; standard library only, no I/O, no text for people."""
