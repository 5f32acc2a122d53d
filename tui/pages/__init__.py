"""What the tabs of the detail screen say: pure functions from a conversation and a width to lines."""
