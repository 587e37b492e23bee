"""All endpoints of the API: the table of contents of the REST door."""

from commissary.entry.api import (
    catalog,
    customers,
    installation,
    integrations,
    inventory,
    network,
    orders,
    security,
)
from commissary.platform.http.endpoint import Endpoint
from commissary.wiring import Application

# Order is the order of the reference page.
_AREAS = (orders, inventory, catalog, network, customers, security, integrations, installation)


def all_endpoints(app: Application) -> list[Endpoint]:
    """Every endpoint of every area."""
    return [endpoint for area in _AREAS for endpoint in area.endpoints(app)]
