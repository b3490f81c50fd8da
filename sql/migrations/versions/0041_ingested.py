"""Loads that other programs ingest are part of the pipeline: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0041_ingested"
down_revision = "0040_stated_ids"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
