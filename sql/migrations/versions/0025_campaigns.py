"""Campaigns that claim: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0025_campaigns"
down_revision = "0024_verify"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
