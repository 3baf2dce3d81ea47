"""The courtesies of a pull request: comment, labels, status and issue on GitHub, none of which can fail an apply."""
