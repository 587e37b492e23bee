"""The integrations context."""
