"""Indicators: what is known of their figures, and the desk at which these are entered."""
