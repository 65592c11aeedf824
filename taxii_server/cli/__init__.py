"""The `clearinghouse` command, thin."""
