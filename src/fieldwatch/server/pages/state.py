"""What every page says while something is wrong with the machine: the disk, the database, the worker, the clock; and what to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page
from fieldwatch.server.worker.state import State, Told, told


def state(request: HttpRequest) -> HttpResponse:
    """What is wrong now: asked again by pages that show it, until nothing is. It does not count as use of a session."""
    return render(request, "shell/trouble.html", {"trouble": trouble(access(request))})


def trouble(held: Access) -> dict[str, Any] | None:
    """What is wrong, as `shell/error.html` has it; None where nothing is. Words of the worker, and what to do, are for administrators."""
    now = told(settings.DATA)
    may_mend = May.ADMINISTER in held.everything
    made = _of_worker(now, may_mend)
    if made is None and now.clock_s:
        made = _of_clock(now.clock_s, may_mend)
    if made is not None and not may_mend:
        made["action"] = _("Tell whoever runs Fieldwatch, if it stays so.")
    return made


def _of_worker(now: Told, may_mend: bool) -> dict[str, Any] | None:
    if now.state is State.FULL:
        title = _("The disk is full: nothing new is taken in. What is shown is older.")
        action = _("Make room on the disk of the data folder. Nothing is lost: sensors keep what they see, and all goes on by itself.")
    elif now.state is State.AWAY:
        title = _("The database does not answer the worker: nothing new is taken in. What is shown is older.")
        action = _("See that the database runs. Nothing is lost: it goes on by itself.")
    elif now.state is State.STOPPED and now.at:
        title = _("The worker does not run: nothing new is taken in. What is shown is older.")
        action = _("It is started again by itself within a minute; its log says why it ended.")
    else:
        return None
    return {"title": title, "action": action, "read": now.words if may_mend else ""}


def _of_clock(by_s: int, may_mend: bool) -> dict[str, Any]:
    title = (
        _("The clock of the server was set back by %(time)s.") if by_s < 0 else _("The clock of the server was set forward by %(time)s.")
    ) % {"time": _length(abs(by_s))}
    action = _(
        "See that it is right (a time service keeps it so). Times from before and after it do not follow each other; nothing is deleted by"
        " its age for a day."
    )
    return {"title": title, "action": action}


def _length(seconds: int) -> str:
    """A length of time as people say it."""
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days} d {clock}" if days else f"{clock} h"


PAGES = (Page("state/", state, None, "state"),)
