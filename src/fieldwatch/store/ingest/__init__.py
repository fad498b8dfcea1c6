"""Batches of facts into the store: each once, in order, whole or not at all, and around the ORM, a thousand rows at a time."""

from fieldwatch.store.ingest.refusal import StoreAway, StoreBusy, StoreFull, StoreWaits, UnusableBatch
from fieldwatch.store.ingest.writer import Answer, Taken, Writer, take

__all__ = ["Answer", "StoreAway", "StoreBusy", "StoreFull", "StoreWaits", "Taken", "UnusableBatch", "Writer", "take"]
