"""What may be spent: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0008_budget"
down_revision = "0007_suppression"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
