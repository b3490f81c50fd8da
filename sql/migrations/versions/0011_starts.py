"""A start in doubt is never sent again while its claim lasts: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = "0011_starts"
down_revision = "0010_looks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
