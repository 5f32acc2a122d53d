"""Drives generation: jobs submitted to the database, a worker process that does them, and everybody reads along."""
