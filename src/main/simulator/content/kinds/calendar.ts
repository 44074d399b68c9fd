import { cocoa, DAY } from '../calendar-time.ts';
import { person } from '../people.ts';
import type { Plan } from '../plan.ts';
import type { Random } from '../random.ts';
import type { OpenDatabase } from '../storage/scratch-database.ts';
import type { World } from '../world.ts';
import { CHANGED, type Repeat, repeatOf, SERIES, SERIES_ZONE } from './calendar-repeats.ts';
import type { Kind, TruthSection } from './kind.ts';

const schema: readonly string[] = [
  'CREATE TABLE _SqliteDatabaseProperties (key TEXT, value TEXT, UNIQUE(key))',
  `CREATE TABLE Store (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, default_alarm_offset INTEGER, type INTEGER,
    constraint_path TEXT, disabled INTEGER, external_id TEXT, persistent_id TEXT, flags INTEGER, color TEXT, display_order INTEGER)`,
  `CREATE TABLE Calendar (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, store_id INTEGER, title TEXT, flags INTEGER, color TEXT,
    symbolic_color_name TEXT, color_is_display INTEGER, type TEXT, supported_entity_types INTEGER, external_id TEXT,
    UUID TEXT, shared_owner_name TEXT, sharing_status INTEGER, subcal_url TEXT, display_order INTEGER, notes TEXT)`,
  `CREATE TABLE CalendarItem (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, summary TEXT, location_id INTEGER,
    client_location_id INTEGER, description TEXT, start_date REAL, start_tz TEXT, end_date REAL, end_tz TEXT,
    all_day INTEGER, calendar_id INTEGER, orig_item_id INTEGER, orig_date REAL, organizer_id INTEGER,
    self_attendee_id INTEGER, status INTEGER, invitation_status INTEGER, availability INTEGER, privacy_level INTEGER,
    url TEXT, last_modified REAL, sequence_num INTEGER, birthday_id INTEGER, modified_properties INTEGER,
    external_id TEXT, unique_identifier TEXT, hidden INTEGER, has_recurrences INTEGER, has_attendees INTEGER, UUID TEXT,
    entity_type INTEGER, priority INTEGER, due_date REAL, due_tz TEXT, due_all_day INTEGER, completion_date REAL,
    creation_date REAL, display_order INTEGER, default_alarm_removed INTEGER, phantom_master INTEGER, calendar_scale TEXT,
    travel_time INTEGER, start_location_id INTEGER, end_location_id INTEGER, suggested_event_info_id INTEGER,
    junk_status INTEGER, conference_url TEXT, contact_identifier TEXT, contact_name TEXT, flags INTEGER)`,
  `CREATE TABLE Location (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, address TEXT, map_kit_handle BLOB,
    latitude REAL, longitude REAL, radius REAL, reference_frame INTEGER, item_owner_id INTEGER, alarm_owner_id INTEGER)`,
  `CREATE TABLE Participant (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, entity_type INTEGER, type INTEGER, status INTEGER,
    pending_status INTEGER, role INTEGER, identity_id INTEGER, owner_id INTEGER, UUID TEXT, email TEXT,
    phone_number TEXT, is_self INTEGER, comment TEXT, last_modified REAL)`,
  'CREATE TABLE Identity (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, display_name TEXT, address TEXT, first_name TEXT, last_name TEXT)',
  `CREATE TABLE Recurrence (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, frequency INTEGER, interval INTEGER,
    week_start INTEGER, count INTEGER, cached_end_date REAL, cached_end_date_tz TEXT, end_date REAL, specifier TEXT,
    by_month_months INTEGER, owner_id INTEGER, external_id TEXT, UUID TEXT)`,
  'CREATE TABLE ExceptionDate (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER, date REAL, sync_order INTEGER)',
  `CREATE TABLE Alarm (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, trigger_date REAL, trigger_interval INTEGER, type INTEGER,
    calendaritem_owner_id INTEGER, calendar_owner_id INTEGER, external_id TEXT, UUID TEXT, acknowledgedDate REAL, proximity INTEGER)`,
  'CREATE INDEX CalendarItemCalendarId ON CalendarItem(calendar_id)',
  'CREATE INDEX CalendarItemStartDate ON CalendarItem(start_date)',
  'CREATE INDEX ParticipantOwnerIdx ON Participant(owner_id)',
];

/** Participant.entity_type. */
const INVITEE = 7;
const ORGANISER = 8;
/** CalendarItem.entity_type. */
const EVENT = 2;

interface CalendarEvent {
  readonly uuid: string;
  readonly summary: string;
  readonly start: number;
  readonly end: number;
  readonly allDay: boolean;
  readonly calendar: string;
  readonly recurring: boolean;
  readonly birthday: boolean;
  /** Null: floating. */
  readonly zone: string | null;
  /** RRULE of RFC 5545, without its UNTIL. */
  readonly rule: string | null;
  readonly until: number | null;
  /** Starts of occurrences that were deleted. */
  readonly exceptions: readonly number[];
  /** The series of which this is a changed occurrence, and when it would have been. */
  readonly occurrenceOf: string | null;
  readonly original: number | null;
}

/** Calendars of three stores, with invitations, alarms, floating times, and birthdays. */
export class CalendarStore implements Kind {
  readonly #world: World;
  readonly #events: CalendarEvent[] = [];
  readonly #calendars: { readonly title: string; readonly store: string }[] = [];

  constructor(world: World, plan: Plan) {
    this.#world = world;
    const relativePath = 'Library/Calendar/Calendar.sqlitedb';
    const database = world.database({ domain: 'HomeDomain', relativePath, schema }).change();
    database.insert('_SqliteDatabaseProperties', { key: '_ClientVersion', value: '18000' });
    this.#insertCalendars(database);
    for (let index = 0; index < plan.events; index++) this.#insertEvent(database, index, plan.events);
  }

  truth(): readonly TruthSection[] {
    return [
      { name: 'calendarEvents', rows: () => this.#events.map((event) => ({ ...event })) },
      { name: 'calendars', rows: () => this.#calendars },
    ];
  }

  #insertCalendars(database: OpenDatabase): void {
    const stores = [
      ['Default', 0],
      ['iCloud', 2],
      ['Subscribed Calendars', 4],
      ['Birthdays', 5],
    ] as const;
    stores.forEach(([name, type], index) => {
      database.insert('Store', {
        ROWID: index + 1,
        name,
        type,
        disabled: 0,
        persistent_id: this.#world.stream(`store/${name}`).uuid(),
      });
    });
    const titles = [
      this.#world.language.groups[0] ?? 'Home',
      this.#world.language.companies[0] ?? 'Work',
      'Holidays 🎏',
      '🎂',
    ];
    titles.forEach((title, index) => {
      const store = [2, 2, 3, 4][index] ?? 1;
      this.#calendars.push({ title, store: stores[store - 1]?.[0] ?? '' });
      database.insert('Calendar', {
        ROWID: index + 1,
        store_id: store,
        title,
        color: `#${this.#world.stream(`calendar/${index}`).hex(6).toUpperCase()}`,
        type: null,
        UUID: this.#world.stream(`calendar/${index}/uuid`).uuid(),
        display_order: index,
        supported_entity_types: 1,
      });
    });
  }

  /** What event it is; the repeat is a part of it that the truth says in another form. */
  #plan(
    index: number,
    total: number,
    random: Random,
  ): { readonly event: CalendarEvent; readonly repeat: Repeat | null } {
    const world = this.#world;
    const { language, clock } = world;
    const birthday = index % 12 === 11;
    const series = index === CHANGED ? this.#events[SERIES] : undefined;
    const wantsDay = birthday || random.chance(20);
    const day = clock.now - (clock.now % DAY) + (index - Math.floor(total * 0.8)) * DAY;
    const usual = index === 5 ? -11_676_096_000 : wantsDay ? day : day + random.between(7, 20) * 3600;
    const original = series === undefined ? null : series.start + 14 * DAY;
    const start = original === null ? usual : original + DAY;
    const allDay = series?.allDay ?? wantsDay;
    const isFloating = allDay || (series === undefined && index % 9 === 4);
    const isElsewhere = index === SERIES || series !== undefined;
    const local = start + (isElsewhere && !allDay ? SERIES_ZONE.offset : 0);
    const calendar = birthday ? 3 : index % 6 === 2 ? 2 : series === undefined ? index % 2 : SERIES % 2;
    const uuid = random.uuid();
    const summary = birthday ? `🎂 ${person(world, index).fullName}` : random.pick(language.events);
    const minutes = wantsDay ? 30 : random.between(1, 6) * 30;
    const recurring = birthday || ((random.chance(15) || index === SERIES) && series === undefined);
    const repeat = recurring && !birthday ? repeatOf(index, local, start) : null;
    const event: CalendarEvent = {
      ...{ uuid, summary, start, end: start + (allDay ? DAY - 1 : minutes * 60), allDay },
      ...{ calendar: this.#calendars[calendar]?.title ?? '', recurring, birthday },
      zone: isFloating ? null : isElsewhere ? SERIES_ZONE.name : world.identity.timeZone,
      ...{ rule: repeat?.rule ?? null, until: repeat?.until ?? null },
      exceptions: index === SERIES ? [start + 28 * DAY] : [],
      ...{ occurrenceOf: series?.uuid ?? null, original },
    };
    return { event, repeat };
  }

  #insertEvent(database: OpenDatabase, index: number, total: number): void {
    const world = this.#world;
    const random = world.stream(`event/${index}`);
    const { language, clock } = world;
    const { event, repeat } = this.#plan(index, total, random);
    this.#events.push(event);
    const pk = index + 1;
    const zone = event.zone ?? '_float';
    const invited = random.chance(20) || index === 1;
    const organiser = invited ? this.#participant(database, pk, person(world, index).email, ORGANISER, 1) : null;
    if (invited)
      for (let guest = 1; guest <= 2; guest++)
        this.#participant(database, pk, person(world, index + guest).email, INVITEE, guest);
    database.insert('CalendarItem', {
      ROWID: pk,
      summary: event.summary,
      description: random.chance(30) || index === 0 ? random.pick(language.messages) : null,
      location_id: random.chance(30) || index === 0 ? this.#location(database, pk) : null,
      start_date: cocoa(event.start),
      start_tz: zone,
      end_date: cocoa(event.end),
      end_tz: zone,
      all_day: event.allDay ? 1 : 0,
      calendar_id: this.#calendars.findIndex(({ title }) => title === event.calendar) + 1,
      orig_item_id: event.occurrenceOf === null ? 0 : SERIES + 1,
      orig_date: event.original === null ? null : cocoa(event.original),
      organizer_id: organiser,
      status: 0,
      availability: 0,
      url: random.chance(10) || index === 2 ? 'https://example.org/meeting' : null,
      last_modified: cocoa(clock.now - random.below(90 * DAY)),
      creation_date: cocoa(clock.now - 100 * DAY),
      has_recurrences: event.recurring ? 1 : 0,
      has_attendees: invited ? 1 : 0,
      UUID: event.uuid,
      unique_identifier: event.occurrenceOf ?? event.uuid,
      entity_type: EVENT,
      calendar_scale: event.birthday ? 'gregorian' : null,
      hidden: 0,
    });
    if (event.recurring) this.#insertRepeat(database, pk, event, repeat, random.uuid());
    if (random.chance(25) || index === 0) {
      database.insert('Alarm', { trigger_interval: -900, type: 0, calendaritem_owner_id: pk, UUID: random.uuid() });
    }
  }

  #insertRepeat(
    database: OpenDatabase,
    owner: number,
    { exceptions }: CalendarEvent,
    repeat: Repeat | null,
    uuid: string,
  ): void {
    database.insert('Recurrence', {
      frequency: repeat?.frequency ?? 4,
      interval: repeat?.interval ?? 1,
      week_start: repeat?.weekStart ?? 0,
      count: repeat?.count ?? 0,
      end_date: repeat?.until == null ? 0 : cocoa(repeat.until),
      specifier: repeat?.specifier ?? null,
      by_month_months: 0,
      owner_id: owner,
      UUID: uuid,
    });
    for (const date of exceptions) {
      database.insert('ExceptionDate', { owner_id: owner, date: cocoa(date), sync_order: 0 });
    }
  }

  #location(database: OpenDatabase, owner: number): number {
    const random = this.#world.stream(`event/${owner}/location`);
    const city = random.pick(this.#world.language.cities);
    return database.insert('Location', {
      title: random.pick(this.#world.language.streets),
      address: city.name,
      latitude: city.latitude,
      longitude: city.longitude,
      item_owner_id: owner,
    });
  }

  #participant(database: OpenDatabase, owner: number, email: string, entity: number, status: number): number {
    const identity = database.insert('Identity', {
      display_name: email.split('@')[0] ?? email,
      address: `mailto:${email}`,
    });
    return database.insert('Participant', {
      entity_type: entity,
      type: 1,
      status,
      role: 1,
      identity_id: identity,
      owner_id: owner,
      email,
    });
  }
}
