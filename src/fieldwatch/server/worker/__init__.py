"""The one process that writes in bulk: it takes batches, folds sites, judges, keeps the history, and cleans up."""
