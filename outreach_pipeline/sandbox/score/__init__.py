"""How well a database knows a world.

Belongs here: comparing masters, slots, moves and addresses with the truth, and what is told of it. Does not belong
here: the truth (`world.truth`).
"""
