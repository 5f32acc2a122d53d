"""A dataset definition in a folder: reading it strictly, and bringing it into the database."""
