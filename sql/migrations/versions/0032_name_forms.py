"""Names as they are compared: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0032_name_forms"
down_revision = "0030_seats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
