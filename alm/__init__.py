"""Fund allocation for banking groups: decides how much money moves between regions, with proof."""
