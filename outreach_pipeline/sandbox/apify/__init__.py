"""The server that speaks as Apify does.

Belongs here: its runs, data sets, accounts, faults. Does not belong here: the items (`render`).
"""
