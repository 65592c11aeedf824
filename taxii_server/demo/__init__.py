"""The sample story and what `clearinghouse demo` shows of it."""
