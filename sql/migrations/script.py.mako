"""${message}: runs the .sql file of the same name."""

from outreach_pipeline.database.revisions import apply_revision

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    apply_revision(revision)
