"""Where entries and objects are kept: one contract, one package per backend."""
