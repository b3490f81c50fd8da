"""A CRM and a sequencer that keep what is written to them.

Belongs here: what they serve, as their public documentation says. Does not belong here: the HTTP server
(`sandbox.http`).
"""
