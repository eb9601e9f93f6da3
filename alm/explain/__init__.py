"""What makes a plan worth reading: prices of what binds, and what simpler plans would earn."""
