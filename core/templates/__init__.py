"""Prompt templates as people work with them: what came of each version, which is active, how one renders."""
