"""Order and arrival: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0028_arrival"
down_revision = "0027_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
