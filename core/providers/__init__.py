"""The model services that a conversation can come from: live, simulated and batch."""
