"""Tests of the independent verification."""
