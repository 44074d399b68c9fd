import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Certificate,
  type Check,
  type CleanupChoice,
  certificateSchema,
  checkSchema,
  cleanupChoiceSchema,
  standingSchema,
} from '../../../../shared/rules/guidance/index.ts';

/**
 * A phone's cleanup, from the choice to the review, and what its owner declared. One small file for each phone, replaced
 * whole and durably: a program that dies leaves the state before or the state after, and a certificate is in it only when
 * everything it stands on had been looked at.
 */

const MOST_PAST = 20;
const udidText = z.string().regex(/^[0-9A-Za-z-]{1,64}$/);
const time = z.iso.datetime();

const cleanupSchema = z.object({
  id: z.uuid(),
  choice: cleanupChoiceSchema,
  startedAt: time,
  /** Null: none was made yet. */
  vault: z.string().max(64).nullable(),
  /** The version that protects it; null: none yet. */
  snapshot: z.string().max(64).nullable(),
  certificate: certificateSchema.nullable(),
  /** When it was found not to hold any more: what a later look cannot tell does not bring it back. Null: it was not. */
  lapsed: z.object({ reason: standingSchema.shape.reason, at: time }).nullable(),
  /** Why there is none. */
  reasons: z.array(checkSchema).max(50),
  failure: z.object({ code: z.string().max(100), data: z.record(z.string(), z.unknown()) }).nullable(),
  /** The run came to its end, with or without a certificate. */
  isDecided: z.boolean(),
  finishedAt: time.nullable(),
  reviewed: z.object({ vault: z.string().max(64), snapshot: z.string().max(64), at: time }).nullable(),
});
export type Cleanup = Readonly<z.infer<typeof cleanupSchema>>;

const declarationSchema = z.object({ value: z.boolean(), at: time });
export type Declaration = Readonly<z.infer<typeof declarationSchema>>;

const fileSchema = z.object({
  format: z.literal('backstop-cleanup'),
  version: z.literal(1),
  udid: udidText.nullable(),
  declared: z.record(z.string().max(120), declarationSchema),
  current: cleanupSchema.nullable(),
  past: z.array(cleanupSchema).max(MOST_PAST),
});
type State = Readonly<z.infer<typeof fileSchema>>;

const EMPTY: State = { format: 'backstop-cleanup', version: 1, udid: null, declared: {}, current: null, past: [] };

export class CleanupStore {
  readonly #folder: string;

  constructor(home: string) {
    this.#folder = join(home, 'cleanup');
  }

  /** What cannot be read is not there: nothing is ever claimed of it. */
  async read(udid: string): Promise<State> {
    try {
      const parsed = fileSchema.safeParse(JSON.parse(await readFile(this.#file(udid), 'utf8')));
      return parsed.success ? parsed.data : EMPTY;
    } catch {
      return EMPTY;
    }
  }

  /** Phones of which there is anything. */
  async udids(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found = await Promise.all(
      names.flatMap((name) => {
        const key = /^([0-9a-z-]{1,64})\.json$/.exec(name)?.[1];
        return key === undefined ? [] : [this.read(key)];
      }),
    );
    return found.flatMap(({ udid }) => udid ?? []);
  }

  async current(udid: string): Promise<Cleanup | null> {
    return (await this.read(udid)).current;
  }

  /** A new one; the one before becomes past. */
  async begin(
    udid: string,
    { choice, vault, now }: { choice: CleanupChoice; vault: string | null; now: Date },
  ): Promise<Cleanup> {
    const state = await this.read(udid);
    const begun: Cleanup = {
      id: randomUUID(),
      choice,
      startedAt: now.toISOString(),
      vault,
      snapshot: null,
      certificate: null,
      lapsed: null,
      reasons: [],
      failure: null,
      isDecided: false,
      finishedAt: null,
      reviewed: null,
    };
    await this.#write(udid, { ...state, current: begun, past: withPast(state) });
    return begun;
  }

  /** Null: another cleanup took its place meanwhile, and nothing was changed. */
  async change(udid: string, id: string, facts: Partial<Omit<Cleanup, 'id'>>): Promise<Cleanup | null> {
    const state = await this.read(udid);
    if (state.current?.id !== id) return null;
    const current = { ...state.current, ...facts };
    await this.#write(udid, { ...state, current });
    return current;
  }

  async decide(
    udid: string,
    id: string,
    outcome: {
      readonly certificate: Certificate | null;
      readonly reasons: readonly Check[];
      readonly vault: string | null;
      readonly snapshot: string | null;
    },
  ): Promise<Cleanup | null> {
    const { certificate, reasons, snapshot, vault } = outcome;
    return this.change(udid, id, { certificate, reasons: [...reasons], snapshot, vault, isDecided: true });
  }

  async close(udid: string): Promise<void> {
    const state = await this.read(udid);
    if (state.current !== null) await this.#write(udid, { ...state, current: null, past: withPast(state) });
  }

  async declare(udid: string, about: string, value: boolean | null, now: Date): Promise<void> {
    const state = await this.read(udid);
    const { [about]: _before, ...others } = state.declared;
    const declared = value === null ? others : { ...others, [about]: { value, at: now.toISOString() } };
    await this.#write(udid, { ...state, declared });
  }

  async #write(udid: string, state: State): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = `${this.#file(udid)}.${randomUUID()}`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify({ ...state, udid }));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#file(udid));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #file(udid: string): string {
    return join(this.#folder, `${udidText.parse(udid).toLowerCase()}.json`);
  }
}

function withPast({ current, past }: State): Cleanup[] {
  return current === null ? [...past] : [current, ...past].slice(0, MOST_PAST);
}
