"""Processes that open strangers' files behind walls, so that the backend never does."""
