"""Changes by hand to what a conversation is about; its text is changed elsewhere."""
