"""The pushing and pulling side: a TAXII 2.1 client for STIX bundles."""
