"""The world that is invented, and its truth.

Belongs here: companies, people, their lives, who is seen by whom, and the answer sheet. Does not belong here: how
sources write it down (`render`), the servers.
"""
