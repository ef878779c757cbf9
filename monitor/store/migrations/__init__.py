"""Alembic migrations, forward only: restore a backup to go back."""
