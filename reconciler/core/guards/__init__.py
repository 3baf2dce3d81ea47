"""One guard per module; each is a pure function from the facts of a plan to its findings."""
