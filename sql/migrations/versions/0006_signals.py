"""Reasons to call: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0006_signals"
down_revision = "0005_refresh"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
