"""Batches that stopped before their end: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0015_unfinished"
down_revision = "0014_addresses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
