"""Recorded video of a replay: files fetched around the clock, decode workers that follow the clock by themselves."""
