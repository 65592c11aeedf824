"""STIX 2.1 as this project validates it."""
