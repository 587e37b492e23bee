"""Webhooks: other systems told over HTTP."""
