"""Outgoing webhooks: checked addresses, signed messages."""
