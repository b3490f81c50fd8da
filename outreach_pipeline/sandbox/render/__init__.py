"""The world as its sources write it down, with the dirt of real ones.

Belongs here: items of every shape, files, spellings. Does not belong here: what is true (`world`), HTTP.
"""
