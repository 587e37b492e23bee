"""Means of payment that orders name; never a card number."""
