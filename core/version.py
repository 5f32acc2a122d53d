"""The version of this brightrun, in one place: the package takes it from here."""

VERSION = "0.1.0"
