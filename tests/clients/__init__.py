"""Clients that people already have, over a real socket."""
