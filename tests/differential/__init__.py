"""The same requests to medallion and to this server, and every difference explained."""
