"""Widgets of the terminal app; each draws its own lines from plain values and knows no service and no database."""
