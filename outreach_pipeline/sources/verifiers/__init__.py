"""Verifiers of e-mail addresses: the free checks of a domain, and paid services as data (one TOML each).

Belongs here: asking them, and items of what they say. Does not belong here: whom to ask about and in which order
(`stages.verify`), what their words mean (the shapes), money (the ledger that a stage hands in).
"""
