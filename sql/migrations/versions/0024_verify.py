"""Verified addresses: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0024_verify"
down_revision = "0023_adopted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
