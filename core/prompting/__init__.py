"""Prompt templates: files with a front matter, strict rendering, and which template a row is made with."""
