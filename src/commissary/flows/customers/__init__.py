"""What can be done with customers: recognize, seal, read, change, erase, export."""
