"""Export: writes conversations in forms that a trainer accepts, validated before they get their name."""
