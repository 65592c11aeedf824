"""Whether the fast validation agrees with stix2.parse and stix2-validator, and where not."""
