"""The inventory: assets folded from the set of facts."""

from fieldwatch.facts import Sighting
from fieldwatch.inventory.asset import SHOWN, Asset, Attribute, Inventory, Rival
from fieldwatch.inventory.fold import fold

__all__ = ["SHOWN", "Asset", "Attribute", "Inventory", "Rival", "Sighting", "fold"]
