"""Runs: the pipeline of one solve, and the folder in which everything about it stands.

Nothing is imported here: the folder of a run is read where no solver is installed.
"""
