"""Who may hold a seat: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0019_seats"
down_revision = "0018_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
