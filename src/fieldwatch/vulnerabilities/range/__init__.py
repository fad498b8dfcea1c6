"""Ranges of versions as advisories write them: what a leaf of the product tree covers, read from the leaf and from the product's full name.

Standards: CSAF 2.0 (OASIS, 2022), 3.1.2 branches; the forms are not standardised and were read from the public CSAF advisories for
operational technology (2026-11-26). What cannot be read for sure is `Unread`, and then nothing is said of any device.

Limits. An upper limit that includes its number covers the deeper components and builds of it, too: `<= 4.4` covers 4.4.73.24, `<= 33`
covers 33.013, `<= 12.2.x` every 12.2; not where the maker counts decimally. Where one small component is
all that is added (2.7.1 and `<= 2.7`), it may be the next release: no answer. `< 4.4` does not cover 4.4.73, `> 4.4` does: both by order.
One exact version covers itself; one whole number (`20`) or a wildcard (`12.6.*`) covers all below it.

A limit that the document gives in two counts (`4.02C (10.95.208.31)`) holds in the one with as many components as the version has; where
both or none have, both must agree. An update alone (`<= SP1`) goes on from the version that the product's name ends in.

No answer: whether an upper limit covers a service pack, an update or a lettered revision of its number; whether an exact version covers its
deeper components; where a limit names a build, and the device does not; where one side counts on in components and the other in updates
or builds (V14.0.1, V14 SP1); where one begins with a year and the other does not (2017, 3.5.1); for lines of releases between those that
several upper limits name.

Conflicts between leaf and text, first that holds: the one that cannot be read gives way; the same limits in other words are no conflict (an
open end, `up to`, takes the leaf's operator); numbers alone give way to limits on them, unless those leave one of the numbers out; a text
that speaks of all versions gives way to a limit, what is beyond it stays in doubt; else the text wins.
"""

from __future__ import annotations

from fieldwatch.vulnerabilities.range.inside import answer, within
from fieldwatch.vulnerabilities.range.leaf import read
from fieldwatch.vulnerabilities.range.phrase import understand
from fieldwatch.vulnerabilities.range.record import CLASSES, EVERY, Alternatives, Answer, Bound, Range, Unread

__all__ = ["CLASSES", "EVERY", "Alternatives", "Answer", "Bound", "Range", "Unread", "answer", "read", "understand", "within"]
