"""Exercises (diễn tập): a scenario played into a training room of its own, and the sheet that scores it."""
