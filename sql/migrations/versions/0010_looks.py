"""When somebody's profile was last looked at: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0010_looks"
down_revision = "0009_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
