"""The body of a webhook: a CloudEvents 1.0 event in structured JSON.

`id` is the event's id and equals the `webhook-id` header; `type` is the kind with our prefix; `subject` is the id of
the thing it is about, and the extension `subjectkind` says what kind of thing that is.
"""

from datetime import datetime
from uuid import UUID

import msgspec


class CloudEvent(msgspec.Struct, frozen=True):
    """Attributes as the CloudEvents specification (1.0.2, §3) names them."""

    specversion: str
    id: str
    source: str
    type: str
    time: datetime
    subject: str
    subjectkind: str
    datacontenttype: str
    data: msgspec.Raw


def cloud_event(
    organization: str, event_id: UUID, at: datetime, kind: str, subject_kind: str, subject_id: str, data: str
) -> str:
    """The body as it is signed and sent; `data` is the fact as JSON text."""
    event = CloudEvent(
        specversion="1.0",
        id=str(event_id),
        source=f"/organizations/{organization}",
        type=f"commissary.{kind}",
        time=at,
        subject=subject_id,
        subjectkind=subject_kind,
        datacontenttype="application/json",
        data=msgspec.Raw(data.encode()),
    )
    return msgspec.json.encode(event).decode()
