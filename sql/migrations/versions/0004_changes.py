"""What changed about whom: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0004_changes"
down_revision = "0003_money"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
