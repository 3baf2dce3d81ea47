"""Pure functions over the model: what differs, whom it reaches, in which order, and whether it may happen."""
