"""Signals are a function of the events: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0029_signals_of_events"
down_revision = "0028_arrival"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
