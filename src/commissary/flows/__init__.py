"""What the system can do: one verb per file, one transaction each."""
