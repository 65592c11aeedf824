"""Tests of ``import-medallion`` and of the reader of medallion's data files."""
