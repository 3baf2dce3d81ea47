"""Files to desired state: strict YAML, JSON Schema, the role language, settings, confirmations, the lock."""
