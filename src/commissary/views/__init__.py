"""Read models across contexts: SQL in, typed rows out; they never write."""
