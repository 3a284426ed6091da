"""Light analytics of our own on the sub-streams: whether a camera still sees, and what moves where it should not."""
