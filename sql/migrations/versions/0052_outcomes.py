"""What came of outreach: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0052_outcomes"
down_revision = "0051_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
