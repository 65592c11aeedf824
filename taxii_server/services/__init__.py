"""Use cases of the server, one module each; no HTTP in here."""
