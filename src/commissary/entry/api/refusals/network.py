"""How the network's refusals look over HTTP."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "location_not_found": ProblemKind(404, "No such location", "No location has this code."),
    "location_unknown": ProblemKind(422, "Unknown location", "There is no location {location}."),
    "location_twice": ProblemKind(409, "A location stands twice", "An earlier row of this batch already puts {code}."),
    "location_code_invalid": ProblemKind(422, "Not a code", "The code {reason}."),
    "location_name_invalid": ProblemKind(422, "Not a name", "The name {reason}."),
    "location_kind_unknown": ProblemKind(422, "Unknown kind", "{kind} is no kind of location; known are {known}."),
    "country_invalid": ProblemKind(422, "Not a country", "{country} is no country code of two capital letters."),
    "address_invalid": ProblemKind(422, "Not an address", "The address {reason}."),
    "time_zone_unknown": ProblemKind(
        422, "Unknown time zone", "{time_zone} is no IANA time zone of a place, such as Europe/Paris."
    ),
    "coordinates_incomplete": ProblemKind(
        422, "Half a coordinate", "Give both latitude and longitude, or none; the {missing} is missing."
    ),
    "coordinates_invalid": ProblemKind(
        422, "Not on earth", "The {coordinate} lies between -{most} and {most} degrees."
    ),
    "capability_unknown": ProblemKind(422, "Unknown capability", "{capability} is no capability; known are {known}."),
    "lead_time_invalid": ProblemKind(
        422, "Not a lead time", "The lead time is a whole number of seconds from 0 to {most}."
    ),
    "weekday_unknown": ProblemKind(422, "Not a weekday", "{weekday} is no weekday; write monday to sunday."),
    "opening_hours_invalid": ProblemKind(422, "Not opening hours", "The span {reason}."),
    "opening_hours_overlap": ProblemKind(422, "Opening hours overlap", "The spans of {weekday} {reason}."),
    "location_has_stock": ProblemKind(
        409, "The location holds stock", "{location} holds stock, so it stays in the reserving group it is in."
    ),
    "location_in_other_group": ProblemKind(
        409, "In another reserving group", "{location} is in another reserving group; take it out there first."
    ),
    "location_group_not_found": ProblemKind(404, "No such group", "No location group has this code."),
    "location_group_unknown": ProblemKind(422, "Unknown group", "There is no location group {group}."),
    "location_group_not_reserving": ProblemKind(
        422, "Not a reserving group", "{group} takes no reservations; put its members at the group."
    ),
    "location_group_kind_fixed": ProblemKind(
        409, "Fixed for good", "Whether {group} takes reservations was settled when it was created."
    ),
    "location_group_twice": ProblemKind(
        409, "A group stands twice", "An earlier row of this batch already puts {code}."
    ),
    "location_group_code_invalid": ProblemKind(422, "Not a code", "The code {reason}."),
    "location_group_name_invalid": ProblemKind(422, "Not a name", "The name {reason}."),
    "location_group_too_large": ProblemKind(422, "Too many locations", "A group takes at most {most} locations."),
}  # fmt: skip

PUT_LOCATION_CODES = (
    "location_code_invalid",
    "location_name_invalid",
    "location_kind_unknown",
    "country_invalid",
    "address_invalid",
    "time_zone_unknown",
    "coordinates_incomplete",
    "coordinates_invalid",
    "capability_unknown",
    "lead_time_invalid",
    "weekday_unknown",
    "opening_hours_invalid",
    "opening_hours_overlap",
    "location_group_unknown",
    "location_group_not_reserving",
    "location_has_stock",
)
PUT_GROUP_CODES = (
    "location_group_code_invalid",
    "location_group_name_invalid",
    "location_group_kind_fixed",
    "location_group_too_large",
    "location_unknown",
    "location_in_other_group",
    "location_has_stock",
)
