"""The storage contract, as a suite that every backend passes, and what is SQLite's own."""
