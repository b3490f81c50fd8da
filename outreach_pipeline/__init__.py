"""Nightly pipeline that keeps a current map of who runs which company; see README.md."""
