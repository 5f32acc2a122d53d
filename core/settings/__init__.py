"""Settings: where they come from (file, environment, flags, in rising order) and what each means."""
