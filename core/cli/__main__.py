"""Lets `python -m core.cli` run a command, as the app does to start a worker."""

from core.cli import main

main()
