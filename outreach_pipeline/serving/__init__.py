"""The optional server that other programs post to: items of a source, and Apify's word that a run has ended.

The only room that imports starlette and uvicorn. What becomes of a body is a stage's (`receive`, `ended_runs`).
"""
