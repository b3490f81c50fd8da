"""Erasure searches for names too: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0017_erasure"
down_revision = "0016_leases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
