"""A batch: many runs from one plan file, resumable, each made once."""
