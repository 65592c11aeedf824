"""The only Flask code: one module per TAXII resource."""
