"""The inventory: assets folded from the set of facts."""

from fieldwatch.inventory.asset import SHOWN, Asset, Attribute, Inventory, Rival
from fieldwatch.inventory.fold import fold
from fieldwatch.inventory.sighting import Sighting

__all__ = ["SHOWN", "Asset", "Attribute", "Inventory", "Rival", "Sighting", "fold"]
