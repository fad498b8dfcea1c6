"""From the facts of a site to its assets and findings, again and again: what does not change is not written."""

from fieldwatch.store.folding.judging import judge_all, judge_site
from fieldwatch.store.folding.site import Folded, fold_site

__all__ = ["Folded", "fold_site", "judge_all", "judge_site"]
