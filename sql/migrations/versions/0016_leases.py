"""One process at a time pulls a batch that is paid by the call: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0016_leases"
down_revision = "0015_unfinished"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
