/** Events of all calendars (reference 4.6). A repeated event is one item; an occurrence that was changed is one more. */
export interface CalendarEvent {
  /** The row's own UUID (or the server's), which stays; else the row's number. */
  readonly id: string;
  /** What servers and other phones call it; a changed occurrence has its series' name. */
  readonly uid: string | null;
  readonly title: string | null;
  readonly notes: string | null;
  readonly location: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly url: string | null;
  /** Address of a video call. */
  readonly conferenceUrl: string | null;
  /** Unix milliseconds. Floating times and days are given as if they were in UTC. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** IANA name; null for times that are meant wherever one is ("floating"), or where none is said. */
  readonly timeZone: string | null;
  /** Where the end is in another one. */
  readonly endTimeZone: string | null;
  readonly isFloating: boolean;
  readonly isAllDay: boolean;
  readonly calendar: string | null;
  /** Where the calendar is kept: "iCloud", "Default" for this phone only, a mail account, a subscription. */
  readonly account: string | null;
  readonly recurrence: Recurrence | null;
  /** Starts of occurrences that were deleted or moved. */
  readonly exceptionsMs: readonly number[];
  /** Of an occurrence that was changed by itself: the series, and when it would have been. */
  readonly occurrence: { readonly seriesId: string | null; readonly originalMs: number | null } | null;
  /** Stands for a series of which the phone knows single occurrences only; the phone does not show it. */
  readonly isPlaceholder: boolean;
  /** 1 confirmed, 2 tentative, 3 cancelled. */
  readonly status: number | null;
  readonly isFree: boolean;
  readonly attendees: readonly Attendee[];
  /** Minutes before the start. */
  readonly alarms: readonly number[];
  /** Alarms at a time of their own. */
  readonly alarmsAtMs: readonly number[];
}

export interface Attendee {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** 1 accepted, 2 declined, 3 tentative. */
  readonly status: number | null;
  /** 1 required, 2 optional, 3 chair, 4 for information. */
  readonly role: number | null;
  readonly isOrganiser: boolean;
}

export interface Recurrence {
  /** 1 daily, 2 weekly, 3 monthly, 4 yearly. */
  readonly frequency: number;
  readonly interval: number;
  readonly count: number | null;
  readonly untilMs: number | null;
  /** 1 Sunday … 7 Saturday. */
  readonly weekStart: number | null;
  /** Apple's own short form of the rest ("D=0MO;O=10"), where there is one. */
  readonly specifier: string | null;
  /** A bit for each month, in databases that do not name months in the specifier. */
  readonly months: number | null;
}
