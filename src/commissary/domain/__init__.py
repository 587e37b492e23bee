"""Bounded contexts; they never import each other."""
