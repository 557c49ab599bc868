"""Alembic's entry: runs the migrations on the connection that `database.migrate` gives, in its transaction."""

from __future__ import annotations

from alembic import context

from scarscore.serve.records.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
