"""Taking over another server's data: medallion's JSON data file, into group collections."""
