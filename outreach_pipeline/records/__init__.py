"""Canonical records: what a company and a person consist of, and how each kind of item becomes one.

Belongs here: columns, shapes, frames and their checks.
Does not belong here: SQL, HTTP, and single-value rules.
"""
