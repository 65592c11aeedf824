"""The test suite; a package, so that tests share what is in ``tests.support``."""
