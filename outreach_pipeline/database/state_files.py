"""What Dagster's SQLite files raise when they cannot be read or written, under a name of ours.

Belongs here: that one name; SQLAlchemy is known in this room only. Does not belong here: the files
(`stages.dagster_home`).
"""

from sqlalchemy.exc import DatabaseError as StateFileError

__all__ = ["StateFileError"]
