"""Benchmarks: each measures a ratio to a peer or a floor in the same run; results are committed in `bench/results`."""
