"""What a person decides about conversations, with an audit trail and a way back."""
