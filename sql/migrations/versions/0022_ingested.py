"""Loads that other programs ingest are part of the pipeline: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0022_ingested"
down_revision = "0021_stated_ids"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
