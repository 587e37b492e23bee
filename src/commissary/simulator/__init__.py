"""A synthetic retailer that drives the system through its doors."""
