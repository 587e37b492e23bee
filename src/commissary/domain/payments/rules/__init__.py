"""Decisions about money; pure."""
