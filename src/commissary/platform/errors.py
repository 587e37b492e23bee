"""Broken infrastructure, told apart from bugs: the doors answer these with 503 and a time to come back."""


class Unavailable(Exception):
    """The database, or another thing the system rests on, cannot serve now; the same request may go through later."""

    def __init__(self, what: str, retry_after_s: int = 2) -> None:
        super().__init__(what)
        self.what = what
        self.retry_after_s = retry_after_s


class TryAgain(Exception):
    """Another writer was first between this flow's load and its write; the same flow must start afresh."""


class UnknownOrganization(Exception):
    """No organization has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no organization named {name!r}.")
        self.name = name
