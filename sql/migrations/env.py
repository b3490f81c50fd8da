"""Alembic's environment. Started by `outreach_pipeline.database.migrate`, which hands over an engine or asks for SQL.

Belongs here: the options given to Alembic. Does not belong here: connecting, roles, locks and hashes (`migrate`).
"""

from __future__ import annotations

from alembic import context

OPTIONS = {
    "version_table": "alembic_version",
    "version_table_schema": "public",
    "transaction_per_migration": True,
}


def run() -> None:
    """Upgrade over the engine in `config.attributes["engine"]`, or print SQL in offline mode."""
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = context.config.attributes.get("engine")
    if engine is None:
        raise SystemExit("Run `outreach migrate`; Alembic alone takes neither the lock nor the owner's role.")
    with engine.connect() as connection:
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()


run()
