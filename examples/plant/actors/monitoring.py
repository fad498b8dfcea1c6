"""The infrastructure server watches the switch and the UPS by SNMP."""

import sys

import works
from journal import Journal

from actors import questions
from actors.polling import Duty, keep

journal = Journal("srv-infra")


def main(seconds: float) -> None:
    watched = (("sw-hall-1", 2.0), ("ups-hall", 4.0))
    keep([[Duty(lambda name=name: questions.snmp(journal, name, works.COMMUNITY), 20, after_s)] for name, after_s in watched], seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]))
