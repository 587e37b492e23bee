"""Commands on an installation of the test run."""

from tests.installation import shell

__all__ = ["shell"]
