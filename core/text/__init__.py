"""Plain text: sentences, words, and making text from outside harmless for a terminal."""
