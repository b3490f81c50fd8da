"""Where people leave to: formats of files and live targets, as data (one TOML each), and the HTTP of the live ones.

Belongs here: what a sequencer or CRM wants to read, and how it is told. Does not belong here: who is written
(`stages.campaign_file`, `stages.push`), any database.
"""
