"""Batches that stopped before their end: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0016_unfinished"
down_revision = "0012_descriptions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
