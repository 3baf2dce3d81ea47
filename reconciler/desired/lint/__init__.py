"""Advice on role files that are in order: what a careful colleague would still say about them."""
