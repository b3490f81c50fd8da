"""Names as they are compared: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0020_name_forms"
down_revision = "0019_seats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
