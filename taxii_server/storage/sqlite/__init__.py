"""The embedded backend: one SQLite database in the data folder."""
