"""INV-SCOPE, INV-DENY, INV-AUTHOR, INV-VERBATIM, and hostile input."""
