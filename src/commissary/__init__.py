"""Commissary: an open-source distributed order management system.

Read it top to bottom: `kernel` (words), `platform` (machinery), `domain` (bounded contexts), `flows` (what the
system can do), `views` (what it can show), `adapters` (the outside world), `wiring`, `entry` (doors), `simulator`.
"""

__version__ = "0.1.0"
