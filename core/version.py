"""The version of this brightrun, in one place."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("brightrun")
except PackageNotFoundError:  # run from a folder that was not installed
    VERSION = "0+unknown"
