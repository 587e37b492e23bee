"""Orders of every channel: captured once, changed by quantity, their status computed from what became of each unit."""
