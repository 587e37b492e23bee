"""Stock: what is where, what is promised from it, and the ledger that proves both."""
