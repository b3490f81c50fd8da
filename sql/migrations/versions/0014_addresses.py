"""Bounces and verifications of single addresses: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0014_addresses"
down_revision = "0013_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
