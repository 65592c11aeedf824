"""INV-POLL and INV-DURABLE under load and under kill -9."""
