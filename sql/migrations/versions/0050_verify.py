"""Verified addresses: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0050_verify"
down_revision = "0042_adopted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
