"""The tables, one file a subject."""

from fieldwatch.store.models.account import ApiToken, MapPin, Membership, Role, SavedView, Setting, User
from fieldwatch.store.models.asset import Asset, AssetAddress, AssetAttribute, Change, CustomField, CustomValue, Note, Override
from fieldwatch.store.models.audit import AuditEvent
from fieldwatch.store.models.conversation import Conversation, ConversationCount, MessageClass, MessageCount
from fieldwatch.store.models.event import Event, Webhook
from fieldwatch.store.models.fact import Claim, End, Gap, Login, Malformed, Sighting, Undecoded
from fieldwatch.store.models.finding import Finding, FindingStep
from fieldwatch.store.models.history import HistoryFile
from fieldwatch.store.models.operation import Occurrence, Operation
from fieldwatch.store.models.place import Site, Subnet, Zone
from fieldwatch.store.models.search import SearchEntry
from fieldwatch.store.models.sensor import EnrolmentToken, Sensor, SensorAlert
from fieldwatch.store.models.source import Proof, Skipped, Source

__all__ = [
    "ApiToken",
    "Asset",
    "AssetAddress",
    "AssetAttribute",
    "AuditEvent",
    "Change",
    "Claim",
    "Conversation",
    "ConversationCount",
    "CustomField",
    "CustomValue",
    "End",
    "EnrolmentToken",
    "Event",
    "Finding",
    "FindingStep",
    "Gap",
    "HistoryFile",
    "Login",
    "Malformed",
    "MapPin",
    "Membership",
    "MessageClass",
    "MessageCount",
    "Note",
    "Occurrence",
    "Operation",
    "Override",
    "Proof",
    "Role",
    "SavedView",
    "SearchEntry",
    "Sensor",
    "SensorAlert",
    "Setting",
    "Sighting",
    "Site",
    "Skipped",
    "Source",
    "Subnet",
    "Undecoded",
    "User",
    "Webhook",
    "Zone",
]
