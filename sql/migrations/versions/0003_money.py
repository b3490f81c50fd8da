"""What paid calls cost: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0003_money"
down_revision = "0002_pipeline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
