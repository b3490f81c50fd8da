"""When somebody was last seen is computed: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0034_last_seen"
down_revision = "0033_people_ids"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
