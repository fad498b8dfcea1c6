"""Who talks with whom, and what they say: totals of a site, and the counters of each source that they are the sum of."""

from __future__ import annotations

from django.db import models

from fieldwatch.store.models.fact import End
from fieldwatch.store.models.place import Site
from fieldwatch.store.models.source import Source


class Conversation(models.Model):
    """Everything that a client and one service of a server said to each other, over all sources of the site.

    `effects` has one bit for each effect of its message classes (see `store.effects`).
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="conversations", db_index=False)
    client = models.ForeignKey(End, models.CASCADE, related_name="asked")
    server = models.ForeignKey(End, models.CASCADE, related_name="answered")
    transport = models.CharField(max_length=16)
    port = models.IntegerField()
    protocol = models.CharField(max_length=32)
    packets = models.BigIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    messages = models.BigIntegerField(default=0)
    unanswered = models.BigIntegerField(default=0)
    effects = models.IntegerField(default=0)
    first_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "client", "server", "transport", "port"), name="conversation_ends"),)
        indexes = (
            models.Index(fields=("last_ns", "id"), name="conversation_last"),
            models.Index(fields=("packets", "id"), name="conversation_packets"),
            models.Index(fields=("size_bytes", "id"), name="conversation_bytes"),
            models.Index(fields=("protocol", "last_ns", "id"), name="conversation_protocol"),
            models.Index(fields=("port", "last_ns", "id"), name="conversation_port"),
        )


class ConversationCount(models.Model):
    """What one source counted of a conversation."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="conversation_counts", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="counts")
    protocol = models.CharField(max_length=32)
    packets = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    first_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "conversation"), name="conversation_count"),)


class MessageClass(models.Model):
    """One thing that the ends of a conversation say to each other, over all sources."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="message_classes")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="classes", db_index=False)
    operation = models.TextField()
    effect = models.CharField(max_length=20)
    object = models.TextField()
    times = models.BigIntegerField(default=0)
    unanswered = models.BigIntegerField(default=0)
    distinct = models.BigIntegerField(default=0)
    first_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()
    digest = models.BinaryField(max_length=16)
    """BLAKE2b (128 bits) of operation, effect and object."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "digest"), name="message_class"),)
        indexes = (models.Index(fields=("conversation", "times", "id"), name="message_class_times"),)


class MessageCount(models.Model):
    """What one source counted of a message class."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="message_counts", db_index=False)
    message_class = models.ForeignKey(MessageClass, models.CASCADE, related_name="counts")
    times = models.BigIntegerField()
    unanswered = models.BigIntegerField()
    distinct = models.BigIntegerField()
    first_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "message_class"), name="message_count"),)
