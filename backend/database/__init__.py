"""Everything that is stored: tables, transactions, queries by subject, migrations."""
