"""Machinery without business words: database, jobs, outbox, clock, HTTP."""
