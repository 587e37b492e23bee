"""Bodies and answers of the API, one file for each area."""
