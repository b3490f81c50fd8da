"""Two verifiers of addresses and a DNS server, which answer by the truth of a world.

Belongs here: what they serve, and their faults. Does not belong here: the world, the HTTP server (`sandbox.http`).
"""
