"""Benchmarks: `python -m bench [--only METRIC …]`; real server, real PostgreSQL, the load on the same machine."""
