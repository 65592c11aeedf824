"""One test at least for every line of the TAXII 2.1 conformance list."""
