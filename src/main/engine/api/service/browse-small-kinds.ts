import type { z } from 'zod';
import type {
  AppView,
  CallView,
  ContactView,
  EventView,
  healthKind,
  PageView,
  RecordingView,
  reminder,
} from '../../../../shared/contract/procedures/index.ts';
import { type App, readApps } from '../../browse/readers/apps/index.ts';
import { type CalendarEvent, readCalendar } from '../../browse/readers/calendar/index.ts';
import { type Call, readCalls } from '../../browse/readers/calls/index.ts';
import type { Contact, OnlineAccount, PostalAddress } from '../../browse/readers/contacts/index.ts';
import { type HealthKind, readHealth } from '../../browse/readers/health/index.ts';
import { type Reminder, readReminders } from '../../browse/readers/reminders/index.ts';
import { readSafari } from '../../browse/readers/safari/index.ts';
import { readVoiceMemos, type VoiceMemo } from '../../browse/readers/voice-memos/index.ts';
import { readVoicemail, type Voicemail } from '../../browse/readers/voicemail/index.ts';
import { type BrowseContext, countOf, isoOf, secondsOf } from './browse-list.ts';
import { fileView, mediaOf, nameOfPath } from './browse-media.ts';
import type { SmallKind } from './browse-memory-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** What the small kinds are searched, sorted and grouped by, and how they are shown. */

/** A group that is known by its name only; null has none. */
function named(title: string | null): { readonly id: string; readonly title: string } | null {
  return title === null || title === '' ? null : { id: title, title };
}

export const contactsKind: SmallKind<Contact, ContactView> = {
  name: 'contacts',
  read: (version) => version.contacts(),
  words: (one) => [
    ...[one.name, one.nickname, one.organisation, one.department, one.jobTitle, one.note],
    ...[one.first, one.middle, one.last, one.phoneticFirst, one.phoneticLast],
    ...[one.phones, one.emails, one.urls, one.related].flat().map(({ value }) => value),
    // As people type numbers: without what stands between the digits.
    ...one.phones.map(({ value }) => value.replace(/[^\d+]/g, '')),
    ...one.addresses.map(addressText),
    ...[...one.messengers, ...one.profiles].map(accountText),
  ],
  atMs: (one) => one.modifiedMs ?? one.createdMs,
  title: (one) => one.name,
  // Those of this phone only are a group too, without a name.
  group: (one) => ({ id: one.store ?? '', title: one.store ?? '' }),
  sort: 'name',
  gone: ['contacts'],
  view: (context, version, one) => ({
    id: one.id,
    name: one.name,
    organisation: one.organisation,
    jobTitle: one.jobTitle,
    nickname: one.nickname,
    phones: labelled(one.phones),
    emails: labelled(one.emails),
    urls: labelled(one.urls),
    addresses: one.addresses.map((place) => ({ label: place.label, value: addressText(place) })),
    dates: one.dates.map(({ label, date }) => ({ label, value: date })),
    related: labelled(one.related),
    profiles: [...one.messengers, ...one.profiles].map((account) => ({
      label: account.service ?? account.label,
      value: accountText(account),
    })),
    birthday: one.birthday,
    note: one.note,
    groups: [...one.groups],
    account: one.store,
    photo: one.hasPhoto ? contactPhoto(context, version, one.rowId) : null,
    modifiedAt: isoOf(one.modifiedMs),
  }),
};

function contactPhoto({ media }: BrowseContext, { ref }: OpenVersion, row: number): ContactView['photo'] {
  const token = media.offer(ref, { kind: 'contact', row });
  return { token, type: 'image', thumb: token };
}

function labelled(values: Contact['phones']): Array<{ label: string | null; value: string }> {
  return values.map(({ label, value }) => ({ label, value }));
}

function addressText(place: PostalAddress): string {
  const city = [place.postalCode, place.city].filter((one) => one !== null).join(' ');
  const lines = [place.street, place.subLocality, city, place.state, place.country];
  return lines.filter((one) => one !== null && one !== '').join('\n');
}

function accountText({ username, url, service }: OnlineAccount): string {
  return username ?? url ?? service ?? '';
}

const FREQUENCIES = [null, 'daily', 'weekly', 'monthly', 'yearly'] as const;

export const calendarKind: SmallKind<CalendarEvent, EventView> = {
  name: 'calendar',
  read: (version) => readCalendar(version.backup),
  words: (one) => [
    ...[one.title, one.location, one.notes, one.calendar],
    ...one.attendees.flatMap(({ name, email }) => [name, email]),
  ],
  atMs: (one) => one.startMs,
  title: (one) => one.title,
  group: (one) => named(one.calendar),
  sort: 'newest',
  gone: ['calendar'],
  view: (_context, _version, one) => ({
    id: one.id,
    title: one.title,
    startAt: isoOf(one.startMs),
    endAt: isoOf(one.endMs),
    isAllDay: one.isAllDay,
    timeZone: one.timeZone,
    location: one.location,
    notes: one.notes,
    url: one.url,
    calendar: one.calendar,
    account: one.account,
    repeats: FREQUENCIES[one.recurrence?.frequency ?? 0] ?? null,
    people: one.attendees.flatMap(({ name, email }) => name ?? email ?? []),
  }),
};

export const remindersKind: SmallKind<Reminder, z.infer<typeof reminder>> = {
  name: 'reminders',
  read: (version) => readReminders(version.backup),
  words: (one) => [one.title, one.notes, one.list],
  atMs: (one) => one.dueMs ?? one.createdMs,
  title: (one) => one.title,
  group: (one) => named(one.list),
  sort: 'newest',
  gone: ['reminders'],
  view: (_context, _version, one) => ({
    id: one.id,
    title: one.title,
    notes: one.notes,
    list: one.list,
    dueAt: isoOf(one.dueMs),
    isDone: one.isCompleted,
  }),
};

interface NamedCall extends Call {
  readonly person: string | null;
}

export const callsKind: SmallKind<NamedCall, CallView> = {
  name: 'calls',
  async read(version) {
    const book = await version.book();
    const { items, isPresent, unreadable } = await readCalls(version.backup);
    const named = items.map((one) => ({
      ...one,
      person: (one.address === null ? null : book.nameOf(one.address)) ?? one.name,
    }));
    return { items: named, isPresent, unreadable };
  },
  words: (one) => [one.person, one.address, one.address?.replace(/[^\d+]/g, '')],
  atMs: (one) => one.dateMs,
  title: (one) => one.person ?? one.address,
  group: (one) => named(serviceOf(one)),
  sort: 'newest',
  gone: ['calls'],
  view: (_context, _version, one) => ({
    id: one.id,
    name: one.person,
    address: one.address,
    at: isoOf(one.dateMs),
    durationSeconds: secondsOf(one.durationSeconds),
    isOutgoing: one.isOutgoing === true,
    isAnswered: one.isAnswered,
    service: serviceOf(one),
    isVideo: one.kind === 'facetime-video',
  }),
};

function serviceOf({ kind, service }: Call): string | null {
  if (kind === 'facetime-video' || kind === 'facetime-audio') return 'FaceTime';
  if (service === null || /telephony/i.test(service)) return null;
  if (/facetime/i.test(service)) return 'FaceTime';
  return /whatsapp/i.test(service) ? 'WhatsApp' : service;
}

interface NamedVoicemail extends Voicemail {
  readonly person: string | null;
}

export const voicemailKind: SmallKind<NamedVoicemail, RecordingView> = {
  name: 'voicemail',
  async read(version) {
    const book = await version.book();
    const { items, isPresent, unreadable } = await readVoicemail(version.backup);
    const named = items.map((one) => ({
      ...one,
      person: one.sender === null ? null : (book.nameOf(one.sender) ?? one.sender),
    }));
    return { items: named, isPresent, unreadable };
  },
  words: (one) => [one.person, one.sender],
  atMs: (one) => one.dateMs,
  title: (one) => one.person,
  bytes: (one) => one.bytes,
  isTrashed: (one) => one.isTrashed,
  sort: 'newest',
  gone: ['voicemail'],
  view: (context, version, one) => ({
    id: one.id,
    title: one.person,
    at: isoOf(one.dateMs),
    durationSeconds: secondsOf(one.durationSeconds),
    isTrashed: one.isTrashed,
    transcript: null,
    file: fileView(context, version, {
      name: one.recording === null ? '' : nameOfPath(one.recording.path),
      bytes: one.bytes,
      state: one.recording === null ? 'missing' : 'here',
      file: one.recording,
    }),
  }),
};

export const voiceMemosKind: SmallKind<VoiceMemo, RecordingView> = {
  name: 'voice-memos',
  read: (version) => readVoiceMemos(version.backup),
  words: (one) => [one.title],
  atMs: (one) => one.dateMs,
  title: (one) => one.title,
  bytes: (one) => one.bytes,
  isTrashed: (one) => one.isTrashed,
  has: (one, only) => only === 'only-in-icloud' && one.where === 'only-in-icloud',
  sort: 'newest',
  gone: ['recordings'],
  view: (context, version, one) => ({
    id: one.id,
    title: one.title,
    at: isoOf(one.dateMs),
    durationSeconds: secondsOf(one.durationSeconds),
    isTrashed: one.isTrashed,
    transcript: null,
    file: {
      ...fileView(context, version, {
        name: one.file === null ? '' : nameOfPath(one.file.path),
        bytes: one.bytes,
        state: one.where,
        file: one.file,
      }),
      // Whatever their names end with, memos are sounds.
      media: one.where === 'here' ? mediaOf(context, version, one.file, 'audio') : null,
    },
  }),
};

interface Page {
  readonly id: string;
  readonly kind: PageView['kind'];
  readonly title: string | null;
  readonly url: string;
  readonly folder: string | null;
  readonly atMs: number | null;
}

export const safariKind: SmallKind<Page, PageView> = {
  name: 'safari',
  async read(version) {
    const { bookmarks, visits, tabs, hasBookmarks, hasHistory, unreadable } = await readSafari(version.backup);
    const items: Page[] = [
      ...bookmarks.map(({ id, kind, title, url, folder }) => ({ id, kind, title, url, folder, atMs: null })),
      ...visits.map(({ id, title, url, visitedMs }) => ({ ...{ id, title, url }, ...VISIT, atMs: visitedMs })),
      ...tabs.map(({ id, title, url }) => ({ ...{ id, title, url }, ...TAB })),
    ];
    return { items, isPresent: hasBookmarks || hasHistory, unreadable };
  },
  words: (one) => [one.title, one.url, one.folder],
  atMs: (one) => one.atMs,
  title: (one) => one.title ?? one.url,
  group: (one) => ({ id: one.kind, title: one.kind }),
  sort: 'newest',
  gone: ['bookmarks', 'history'],
  view: (_context, _version, { atMs, ...one }) => ({ ...one, at: isoOf(atMs) }),
};
const VISIT = { kind: 'visit', folder: null } as const;
const TAB = { kind: 'tab', folder: null, atMs: null } as const;

export const healthKinds: SmallKind<HealthKind, z.infer<typeof healthKind>> = {
  name: 'health',
  read: (version) => readHealth(version.backup),
  words: (one) => [one.name, one.id],
  atMs: (one) => one.lastMs,
  title: (one) => one.name,
  sort: 'name',
  gone: [],
  view: (_context, _version, one) => ({
    id: one.id,
    name: one.name,
    samples: one.samples,
    firstAt: isoOf(one.firstMs),
    lastAt: isoOf(one.lastMs),
  }),
};

export const appsKind: SmallKind<App, AppView> = {
  name: 'apps',
  read: (version) => readApps(version.backup),
  words: (one) => [one.name, one.id],
  atMs: () => null,
  title: (one) => one.name ?? one.id,
  bytes: (one) => one.bytes,
  sort: 'name',
  gone: ['apps'],
  view: (_context, _version, one) => ({
    id: one.id,
    name: one.name,
    version: one.version,
    bytes: countOf(one.bytes),
    documentBytes: countOf(one.documentBytes),
    files: one.files,
    domains: [...one.domains],
  }),
};
