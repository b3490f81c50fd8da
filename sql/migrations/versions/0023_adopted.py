"""Slots of a database that moves in keep their ids: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0023_adopted"
down_revision = "0022_ingested"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
