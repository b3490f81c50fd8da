"""The stages of the pipeline in the words of the design: land, validate, promote, slots, and what reads them back.

Belongs here: one module per stage, plain functions that return small frozen reports. Does not belong here: Dagster and
the command line (both call these), SQL texts (`sql/`), drivers (`database`).
"""
