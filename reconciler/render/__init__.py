"""Values to text: pure functions that print nothing; foreign text is escaped here, once per sink."""
