"""The command line: start and stop, organizations, users and keys, files in, audit, doctor."""
