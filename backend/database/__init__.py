"""Everything that is stored.

database.py      opens a database, gives out transactions
connecting.py    engines for SQLite and PostgreSQL
errors.py        which errors mean that nothing can be stored now
tables.py        the tables
migrating.py     brings tables into the present form; its steps are in migrations/
queries/         what is read and written, by subject; each function takes a session first
key_file.py      the key file, and what is encrypted with it
json_text.py     JSON as it is stored
"""

from backend.database.database import Database
from backend.database.errors import DatabaseUnavailable, DatabaseUnfit, SecretUnreadable
from backend.database.key_file import RunCipher, derived_key, open_cipher

__all__ = [
    "Database",
    "DatabaseUnavailable",
    "DatabaseUnfit",
    "RunCipher",
    "SecretUnreadable",
    "derived_key",
    "open_cipher",
]
