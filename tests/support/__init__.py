"""What tests of a running server share: servers, HTTP by hand, STIX objects, coalitions."""
