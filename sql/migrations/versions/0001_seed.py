"""The seed: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0001_seed"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
