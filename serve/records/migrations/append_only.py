"""Triggers that make a table append-only, in SQLite's words and in PostgreSQL's."""

from __future__ import annotations

from alembic import op


def forbid_changes(table: str, unless: str | None = None) -> None:
    """No row of the table may ever be changed, and none deleted but where `unless` (SQL over OLD) holds: erasure."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql(table, unless)
    else:
        _sqlite(table, unless)


def _sqlite(table: str, unless: str | None) -> None:
    said = f"SELECT RAISE(ABORT, '{table} is append-only')"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {said}; END")
    when = f"WHEN NOT ({unless})" if unless else ""
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {when} BEGIN {said}; END")


def _postgresql(table: str, unless: str | None) -> None:
    spared = f"IF TG_OP = 'DELETE' AND ({unless}) THEN RETURN OLD; END IF; " if unless else ""
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {spared}"
        f"RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )
