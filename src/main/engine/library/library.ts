import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type ActivityEntry, activityEntry, type Settings } from '../../../shared/contract/procedures/index.ts';
import { openLibrary } from './database.ts';
import { settingsFrom } from './settings.ts';

/** What this computer remembers by itself: settings, what happened, phones and vaults it met, and lists made from vaults. */

const MOST_ACTIVITY = 10_000;
const MOST_CACHE_BYTES = 64 * 1024 * 1024;

const phoneFacts = z.object({
  ownName: z.string().nullable().default(null),
  name: z.string().nullable().default(null),
  productType: z.string().nullable().default(null),
  ios: z.string().nullable().default(null),
  capacityBytes: z.number().nullable().default(null),
  usedBytes: z.number().nullable().default(null),
  encrypted: z.boolean().nullable().default(null),
  lastSeenAt: z.string().nullable().default(null),
  lastFailure: z.object({ at: z.string(), code: z.string() }).nullable().default(null),
  passwordTestedAt: z.string().nullable().default(null),
  isDemo: z.boolean().default(false),
});
export type PhoneFacts = Readonly<z.infer<typeof phoneFacts>>;

const vaultFacts = z.object({
  name: z.string().nullable().default(null),
  isMain: z.boolean().default(false),
  /** The owner took it off the list. */
  isRemoved: z.boolean().default(false),
  lastSeenAt: z.string().nullable().default(null),
  addedAt: z.string().nullable().default(null),
});
export type VaultMemory = Readonly<z.infer<typeof vaultFacts>>;

type What = 'all' | 'backups' | 'verification' | 'problems' | 'changes';
const PROBLEMS = ['backup-failed', 'verify-failed', 'loss-found', 'damage-found', 'export-failed'];
const GROUPS: Readonly<Record<Exclude<What, 'all' | 'changes'>, readonly string[]>> = {
  backups: ['backup-done', 'backup-failed', 'backup-cancelled'],
  verification: ['verified', 'verify-failed', 'scrubbed', 'repaired'],
  problems: PROBLEMS,
};

interface Notifier {
  changed(topic: 'settings' | 'activity' | 'phones'): void;
}

export class Library {
  readonly #database: Database.Database;
  readonly #events: Notifier;
  #settings: Settings | null = null;

  constructor(home: string, events: Notifier) {
    this.#database = openLibrary(join(home, 'library.sqlite'));
    this.#events = events;
  }

  settings(): Settings {
    if (this.#settings === null) {
      const rows = this.#database.prepare('select name, value from settings').all() as {
        name: string;
        value: string;
      }[];
      this.#settings = settingsFrom(new Map(rows.map(({ name, value }) => [name, value])));
    }
    return this.#settings;
  }

  change(settings: Partial<Settings>): Settings {
    const write = this.#database.prepare('insert or replace into settings (name, value) values (?, ?)');
    this.#database.transaction(() => {
      for (const [name, value] of Object.entries(settings))
        if (value !== undefined) write.run(name, JSON.stringify(value));
    })();
    this.#settings = null;
    this.#events.changed('settings');
    return this.settings();
  }

  note({ what, udid, vault, snapshot, facts }: Omit<ActivityEntry, 'id' | 'at'>): void {
    this.#database
      .prepare('insert into activity (at, what, udid, vault, snapshot, facts) values (?, ?, ?, ?, ?, ?)')
      .run(new Date().toISOString(), what, udid, vault, snapshot, JSON.stringify(facts));
    this.#database.prepare('delete from activity where id <= (select max(id) from activity) - ?').run(MOST_ACTIVITY);
    this.#events.changed('activity');
  }

  activity({
    before,
    limit,
    udid,
    what,
  }: {
    readonly before: number | null;
    readonly limit: number;
    readonly udid: string | null;
    readonly what: What;
  }): { readonly entries: readonly ActivityEntry[]; readonly more: boolean } {
    const wanted = what === 'all' ? null : what === 'changes' ? Object.values(GROUPS).flat() : GROUPS[what];
    const list = wanted?.map((one) => `'${one}'`).join(', ');
    const rows = this.#database
      .prepare(
        `select id, at, what, udid, vault, snapshot, facts from activity
         where id < @before and (@udid is null or udid = @udid)
         ${list === undefined ? '' : `and what ${what === 'changes' ? 'not in' : 'in'} (${list})`}
         order by id desc limit @most`,
      )
      .all({ before: before ?? Number.MAX_SAFE_INTEGER, udid, most: limit + 1 }) as { facts: string }[];
    const entries = rows.flatMap((row) => {
      const parsed = activityEntry.safeParse({ ...row, facts: parsedText(row.facts) });
      return parsed.success ? [parsed.data] : [];
    });
    return { entries: entries.slice(0, limit), more: rows.length > limit };
  }

  phone(udid: string): ({ readonly udid: string } & PhoneFacts) | null {
    const row = this.#database.prepare('select facts from phone where udid = ?').get(udid) as
      | { facts: string }
      | undefined;
    if (row === undefined) return null;
    const parsed = phoneFacts.safeParse(parsedText(row.facts));
    return { udid, ...(parsed.success ? parsed.data : phoneFacts.parse({})) };
  }

  phones(): readonly ({ readonly udid: string } & PhoneFacts)[] {
    const rows = this.#database.prepare('select udid from phone order by udid').all() as { udid: string }[];
    return rows.flatMap(({ udid }) => this.phone(udid) ?? []);
  }

  rememberPhone(udid: string, facts: Partial<PhoneFacts>): void {
    const { udid: _same, ...old } = this.phone(udid) ?? { udid, ...phoneFacts.parse({}) };
    this.#database
      .prepare('insert or replace into phone (udid, facts) values (?, ?)')
      .run(udid, JSON.stringify(phoneFacts.parse({ ...old, ...facts })));
  }

  forgetPhone(udid: string): void {
    this.#database.prepare('delete from phone where udid = ?').run(udid);
  }

  vault(id: string): VaultMemory | null {
    const row = this.#database.prepare('select facts from vault where id = ?').get(id) as { facts: string } | undefined;
    if (row === undefined) return null;
    const parsed = vaultFacts.safeParse(parsedText(row.facts));
    return parsed.success ? parsed.data : vaultFacts.parse({});
  }

  vaults(): readonly ({ readonly id: string } & VaultMemory)[] {
    const rows = this.#database.prepare('select id from vault order by added').all() as { id: string }[];
    return rows.flatMap(({ id }) => {
      const facts = this.vault(id);
      return facts === null ? [] : [{ id, ...facts }];
    });
  }

  rememberVault(id: string, facts: Partial<VaultMemory>): void {
    const write = this.#database.prepare(
      'insert into vault (id, facts) values (?, ?) on conflict (id) do update set facts = excluded.facts',
    );
    this.#database.transaction(() => {
      // There is one main vault.
      if (facts.isMain === true) {
        for (const one of this.vaults()) if (one.isMain) write.run(one.id, factsText({ ...one, isMain: false }));
      }
      write.run(id, factsText({ ...vaultFacts.parse({}), ...this.vault(id), ...facts }));
    })();
  }

  cached(key: string): unknown {
    const row = this.#database.prepare('select value from cache where key = ?').get(key) as
      | { value: string }
      | undefined;
    return row === undefined ? undefined : parsedText(row.value);
  }

  cache(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (text === undefined || text.length > MOST_CACHE_BYTES) return;
    this.#database.prepare('insert or replace into cache (key, value) values (?, ?)').run(key, text);
  }

  /** Returns how many bytes were given back. */
  clearCache(prefix: string): number {
    const { bytes } = this.#database
      .prepare('select coalesce(sum(length(value)), 0) as bytes from cache where substr(key, 1, ?) = ?')
      .get(prefix.length, prefix) as { bytes: number };
    this.#database.prepare('delete from cache where substr(key, 1, ?) = ?').run(prefix.length, prefix);
    return bytes;
  }

  cacheBytes(): number {
    const { bytes } = this.#database.prepare('select coalesce(sum(length(value)), 0) as bytes from cache').get() as {
      bytes: number;
    };
    return bytes;
  }

  close(): void {
    this.#database.close();
  }
}

function factsText(facts: VaultMemory): string {
  return JSON.stringify(vaultFacts.parse(facts));
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
