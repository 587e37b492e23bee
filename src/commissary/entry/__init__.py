"""Doors: API, console, CLI and worker."""
