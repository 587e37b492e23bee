"""Places that hold stock or serve customers, and groups of them."""
