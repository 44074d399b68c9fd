"""Reads an iCalendar file with programs that are not ours (icalendar, dateutil) and says what they make of it, as JSON.

Arguments: the file. Every repeated event is played out by the time zones that the file itself describes.
"""

import datetime
import io
import json
import sys

import icalendar
from dateutil import rrule, tz

MAX_TIMES = 60


def moment(value, zones):
    """Seconds of Unix for what has a zone, a text for what has none."""
    if not isinstance(value.dt, datetime.datetime):
        return value.dt.isoformat()
    name = value.params.get("TZID")
    if name is not None:
        return int(value.dt.replace(tzinfo=zones.get(name)).timestamp())
    return int(value.dt.timestamp()) if value.dt.tzinfo is not None else value.dt.isoformat()


def times(event, zones):
    """The first starts of a repeated event, without those that were deleted."""
    start = event["DTSTART"]
    rule = event["RRULE"].to_ical().decode()
    is_day = not isinstance(start.dt, datetime.datetime)
    first = datetime.datetime.combine(start.dt, datetime.time()) if is_day else start.dt
    name = start.params.get("TZID")
    if name is not None:
        first = first.replace(tzinfo=zones.get(name))
    deleted = event.get("EXDATE", [])
    deleted = deleted if isinstance(deleted, list) else [deleted]
    gone = {moment(one, zones) for many in deleted for one in with_parameters(many)}
    found = []
    for at in rrule.rrulestr("RRULE:" + rule, dtstart=first):
        value = at.date().isoformat() if is_day else int(at.timestamp()) if at.tzinfo else at.isoformat()
        if value not in gone:
            found.append(value)
        if len(found) == MAX_TIMES:
            break
    return found


def with_parameters(many):
    for one in many.dts:
        one.params = many.params
        yield one


def main(path):
    raw = open(path, "rb").read()
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75 and b"\n" not in line, line
    calendar = icalendar.Calendar.from_ical(raw)
    zones = tz.tzical(io.StringIO(raw.decode("utf-8"))) if b"BEGIN:VTIMEZONE" in raw else {}
    events = []
    for part in calendar.walk():
        assert not part.errors, part.errors
        if part.name not in ("VEVENT", "VTODO"):
            continue
        people = part.get("ATTENDEE", [])
        events.append(
            {
                "kind": part.name,
                "uid": str(part["UID"]),
                "summary": str(part.get("SUMMARY", "")),
                "notes": str(part.get("DESCRIPTION", "")),
                "location": str(part.get("LOCATION", "")),
                "start": moment(part["DTSTART"], zones) if "DTSTART" in part else None,
                "end": moment(part["DTEND"], zones) if "DTEND" in part else None,
                "original": moment(part["RECURRENCE-ID"], zones) if "RECURRENCE-ID" in part else None,
                "times": times(part, zones) if "RRULE" in part else None,
                "alarms": [int(one["TRIGGER"].dt.total_seconds()) for one in part.walk("VALARM")],
                "people": sorted(str(one) for one in (people if isinstance(people, list) else [people])),
                "organiser": str(part.get("ORGANIZER", "")),
            }
        )
    print(json.dumps(events))


main(sys.argv[1])
