"""Pure values: how one piece of text is read, repaired, refused or turned into a key.

Belongs here: functions from a value to a value, and the tables of words they need. Does not belong here:
frames, SQL, files, clocks, settings, the network. Everything is idempotent (reading what was read changes
nothing), never raises on text, and answers None where the source says nothing.
"""
