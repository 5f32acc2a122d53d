"""What is told when a job ends or pauses by itself: its summary, a notification of the terminal, an e-mail."""
