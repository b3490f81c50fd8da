"""Identity as a function of the records: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0018_identity"
down_revision = "0017_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
