"""What can be set for a whole organization."""
