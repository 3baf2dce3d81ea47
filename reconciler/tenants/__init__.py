"""The live side: one HTTP client, one adapter per product, and the registry that finds them."""
