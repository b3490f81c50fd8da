"""The list of a campaign's people follows its rows: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0033_people_ids"
down_revision = "0032_stated_slots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
