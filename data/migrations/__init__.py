"""Brings a database to the schema this version of brightrun needs, with a backup first.

`HEAD` is read by the first frame without Alembic; a test holds it equal to the newest revision.
"""

from __future__ import annotations

HEAD = "0007"
APPLICATION_ID = 0x42525256  # "BRRV" in the SQLite header: tells our files from others
