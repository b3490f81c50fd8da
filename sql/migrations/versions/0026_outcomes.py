"""What came of outreach: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0026_outcomes"
down_revision = "0025_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
