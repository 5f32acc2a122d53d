"""Source documents in chunks: imported, searched, linked to conversations, and what prompts take from them."""
