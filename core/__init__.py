"""What brightrun knows and does (planning, generation, quality, review, import, export), for every front end."""
