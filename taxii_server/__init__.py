"""Clearinghouse: a STIX 2.1 / TAXII 2.1 sharing server for influence operations."""
