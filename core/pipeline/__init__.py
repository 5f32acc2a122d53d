"""The way of one conversation: prompt, call, parse, check, store. `run_item` is what every engine calls."""
