"""What each column of an asset is for: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0012_descriptions"
down_revision = "0011_starts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
