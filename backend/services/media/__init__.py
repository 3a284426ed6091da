"""Photos and video of citizens' reports: looked at, made anew without what they say of their maker, kept by content."""
