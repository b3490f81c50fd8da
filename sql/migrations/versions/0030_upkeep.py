"""What is ours to take away, closed doors, and what a restored database does not know: runs the .sql file of the
same name.
"""

from outreach_pipeline.database.revisions import apply_revision

revision = "0030_upkeep"
down_revision = "0029_signals_of_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
