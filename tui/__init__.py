"""The terminal app. It talks to the services of core/ only, and knows no SQL and no HTTP."""
