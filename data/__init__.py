"""What brightrun remembers: tables, engines, migrations and every line of SQL. It knows no prompts and no screens."""
