"""Who may do what: users with sessions, keys of machines, roles, scopes and locations."""
