"""The plan: adding rows, and taking practice results back."""
