"""Runs prove that they live: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0031_run_leases"
down_revision = "0030_upkeep"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
