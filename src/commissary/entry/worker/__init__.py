"""The worker: what happens after a commit. Flows that react, jobs, periodic work."""
