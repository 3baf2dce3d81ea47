"""The subcommands of `reconciler ci`, one module each; each has one thing called `command`."""
