"""What was decided about a company name: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0009_reviews"
down_revision = "0008_budget"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
