"""Somebody is told: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0027_alerts"
down_revision = "0026_outcomes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
