"""The Barton IDs that items state, and ids that never change: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0021_stated_ids"
down_revision = "0020_name_forms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
