"""What a password must be: long. Rules on its characters are left out, because they make passwords that people reuse.

(NIST SP 800-63B §5.1.1: length counts, composition rules do not help.)
"""

from commissary.kernel.decision import Refusal

SHORTEST_PASSWORD = 12


def password_refusal(name: str, password: str, field: str = "/password") -> Refusal | None:
    """Why this cannot be the password of the user with this name; None when it can."""
    if len(password) < SHORTEST_PASSWORD:
        return Refusal("password_too_short", {"at_least": SHORTEST_PASSWORD}, field)
    if password.casefold() == name.casefold():
        return Refusal("password_is_name", {}, field)
    return None
