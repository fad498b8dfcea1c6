"""The one room where the parts meet: captures -> facts -> inventory."""

from fieldwatch.pipeline.document import document, text
from fieldwatch.pipeline.inspect import Result, UnusableInput, inspect

__all__ = ["Result", "UnusableInput", "document", "inspect", "text"]
