"""What the SSC does, one duty to a function."""
