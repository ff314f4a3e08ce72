"""Evidence records and a bibliography in, a checked, cited and searchable review site out."""

__version__ = "0.1.0"
