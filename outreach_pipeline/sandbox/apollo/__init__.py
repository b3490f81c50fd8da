"""The server that speaks as Apollo does.

Belongs here: its envelopes, limits, credits. Does not belong here: the items (`render`).
"""
