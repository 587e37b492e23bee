"""A copy of the real tree with two made-up trades in it, and the breaches that are planted there."""
