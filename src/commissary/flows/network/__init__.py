"""What can be done with locations and their groups."""
