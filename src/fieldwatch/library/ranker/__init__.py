"""Known products ranked by the probability that a device is one of them: learned, calibrated, on the processor, with nothing to fetch."""
