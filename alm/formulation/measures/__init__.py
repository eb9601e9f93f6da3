"""Measures: named amounts by scope and period. One small file a family, listed in `registry.py`."""
