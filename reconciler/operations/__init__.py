"""The use cases: functions that take ports and values, and return values."""
