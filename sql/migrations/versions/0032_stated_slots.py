"""New slots pass over the ids that items state: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0032_stated_slots"
down_revision = "0031_run_leases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
