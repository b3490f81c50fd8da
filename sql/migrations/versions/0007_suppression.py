"""Whom not to write to: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0007_suppression"
down_revision = "0006_signals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
