"""What the pipeline adds: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0002_pipeline"
down_revision = "0001_seed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
