"""Alembic's environment and the steps that tables went through. Run by `database.migrating`."""
