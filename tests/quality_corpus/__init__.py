"""A labelled corpus: good conversations, and the same ones damaged in one known way each."""
