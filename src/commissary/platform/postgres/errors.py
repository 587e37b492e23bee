"""What goes wrong with the database server, as a sentence for the person who has to mend it."""


class PostgresError(RuntimeError):
    """The embedded server cannot be found, prepared, started or stopped; the text says how to mend it."""
