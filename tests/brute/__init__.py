"""Brute force: random small worlds, and laws that must hold for every one of them.

Belongs here: making worlds (`items`, `generator`), running them on one fast database (`engine`), what a run leaves behind
without ids (`snapshot`), the laws (`laws`), making a failing world small (`shrink`), the command (`run`). Does not belong
here: what should come out of a certain world (`tests/end_to_end`); here runs are compared with each other only.
"""
