"""The library of cyber-physical products. First floor: registries of numbers and names, and facts that map to a role."""
