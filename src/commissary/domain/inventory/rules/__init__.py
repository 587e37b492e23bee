"""Decisions about stock; pure."""
