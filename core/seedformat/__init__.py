"""The seed JSON format: how a training pair of a file and the rows of the tables become each other, exactly."""
