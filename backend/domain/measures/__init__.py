"""Measures over what the room's own log tells: pure functions, a module for each family, one function a measure."""
