"""The command line: the only room that prints, exits, or connects the other rooms."""
