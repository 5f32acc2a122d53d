"""Judges one conversation: gates that must hold, and a score with a reason for each of its parts."""
