"""A conversation again and better: single turns written or edited anew, former versions, and variations."""
