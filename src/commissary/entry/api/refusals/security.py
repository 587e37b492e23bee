"""How the refusals of security look over HTTP. None of them tells whether an account exists to who may not know."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "user_unknown": ProblemKind(404, "No such user", "No user has this id."),
    "user_name_invalid": ProblemKind(
        422,
        "Not a user name",
        "A user name has up to 100 of a-z, 0-9 and . _ @ + - and starts with a letter or digit.",
    ),
    "user_name_taken": ProblemKind(409, "Name taken", "There is already a user named {name}."),
    "password_too_short": ProblemKind(
        422, "Password too short", "A password has at least {at_least} characters."
    ),
    "password_is_name": ProblemKind(422, "Password easy to guess", "A password is not the user's name."),
    "password_wrong": ProblemKind(
        403, "Password wrong", "The current password is wrong, or the account waits after several failures."
    ),
    "sign_in_refused": ProblemKind(
        401,
        "Not signed in",
        "Name or password is wrong, or the account cannot be used now; after several failures it waits for a while.",
    ),
    "last_administrator": ProblemKind(
        409,
        "The last administrator",
        "{user} is the last administrator who is active, sees all locations and does not expire; "
        "make another one first.",
    ),
    "grant_too_wide": ProblemKind(
        403,
        "More than you may give",
        "You do not hold the permission {permission}, so you cannot give or change it.",
    ),
    "grant_beyond_locations": ProblemKind(
        403, "More than you may give", "You may not work at all of these locations yourself."
    ),
    "scope_not_of_role": ProblemKind(
        422, "Not a scope of this role", "The role {role} has no permission {scope}."
    ),
    "scope_location_unknown": ProblemKind(422, "No such location", "No location has the code {location}."),
    "expiry_passed": ProblemKind(422, "Expired already", "The expiry must lie ahead; it is {now} now."),
    "api_key_unknown": ProblemKind(404, "No such key", "No API key has this id."),
}
