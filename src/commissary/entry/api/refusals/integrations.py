"""How the refusals of integrations look over HTTP."""

from commissary.platform.http.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "webhook_endpoint_unknown": ProblemKind(
        404, "No such webhook endpoint", "No webhook endpoint has this id."
    ),
    "webhook_endpoint_inactive": ProblemKind(
        409, "Webhook endpoint switched off", "Nothing is sent to this endpoint; set active to true first."
    ),
    "webhook_delivery_unknown": ProblemKind(404, "No such delivery", "No webhook delivery has this id."),
    "webhook_delivery_waiting": ProblemKind(
        409, "Delivery still waiting", "This delivery has not ended yet; it will be sent at its next attempt."
    ),
    "event_kind_unknown": ProblemKind(
        422, "No such kind of event", "No event is of the kind {kind}; GET /v1/event-kinds lists them."
    ),
    "event_kind_twice": ProblemKind(422, "Kind named twice", "The kind {kind} stands in the list twice."),
    "webhook_url_malformed": ProblemKind(
        422,
        "Not an address for webhooks",
        "Give an absolute URL in ASCII without user, password and fragment.",
    ),
    "webhook_url_scheme": ProblemKind(
        422, "Not an address for webhooks", "Webhooks go to https addresses, not {scheme}."
    ),
    "webhook_host_unknown": ProblemKind(
        422, "Host not found", "The name {host} has no address, or none could be found in time."
    ),
    "webhook_address_refused": ProblemKind(
        422, "Address not allowed", "{host} is not at a public address; webhooks go to public addresses only."
    ),
    "parked_subject_unknown": ProblemKind(404, "Not parked", "No parked subject matches."),
}
