"""Slots of a database that moves in keep their ids: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0042_adopted"
down_revision = "0041_ingested"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
