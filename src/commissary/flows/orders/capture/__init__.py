"""Capture orders: `flow` is the verb, `load`, `draft` and `rows` its steps."""
