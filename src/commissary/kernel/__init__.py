"""Words that every context shares; pure, imports nothing of the system."""
