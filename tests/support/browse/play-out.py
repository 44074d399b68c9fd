"""Plays out rules of RFC 5545 with dateutil and the computer's own time zones, not those of any file.

Standard input: a list of {start, zone, isDay, rule, until, exceptions}, times in seconds of Unix; zone null is floating.
"""

import datetime
import json
import sys
from zoneinfo import ZoneInfo

from dateutil import rrule

MAX_TIMES = 60
UTC = datetime.timezone.utc


def play(event):
    zone = None if event["zone"] is None else ZoneInfo(event["zone"])
    start = datetime.datetime.fromtimestamp(event["start"], zone or UTC).replace(tzinfo=None)
    gone = set(event["exceptions"])
    found = []
    for at in rrule.rrulestr("RRULE:" + event["rule"], dtstart=start):
        seconds = int(at.replace(tzinfo=zone or UTC).timestamp())
        if event["until"] is not None and seconds > event["until"]:
            break
        if seconds in gone:
            continue
        found.append(at.date().isoformat() if event["isDay"] else at.isoformat() if zone is None else seconds)
        if len(found) == MAX_TIMES:
            break
    return found


print(json.dumps([play(event) for event in json.load(sys.stdin)]))
