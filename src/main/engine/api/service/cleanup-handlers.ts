import type { CleanupReviewResult, LossMeter, SnapshotSummary } from '../../../../shared/contract/index.ts';
import type {
  CleanupBrief,
  CleanupView,
  JobView,
  LossView,
  OutputOf,
} from '../../../../shared/contract/procedures/index.ts';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { CleanupChoice, Standing } from '../../../../shared/rules/guidance/index.ts';
import { type Cleanup, CleanupStore } from '../cleanup/cleanup-store.ts';
import { estimatesOf } from '../cleanup/estimates.ts';
import type { Browsing } from './browse-handlers.ts';
import { CleanupWatch } from './cleanup-watch.ts';
import type { Handlers, Of } from './handlers.ts';
import type { LiveParts } from './live-parts.ts';
import type { JobWork } from './parts.ts';
import { note } from './phones-handlers.ts';
import { phoneKey } from './phones-live.ts';

/** Back up before cleanup, as windows ask for it: the engine's part, with jobs, passwords and what was looked at lately. */

type CleanupHandlers = Handlers<Of<'cleanup'> | Of<'risk'> | Of<'rescue'>>;
const DONE = { done: true } as const;
/** A standing is asked for by every page that shows it, and each time the phone's photos are listed. */
const STANDING_MS = 15_000;

export class Cleanups {
  readonly #parts: LiveParts;
  readonly #store: CleanupStore;
  /** By phone, in memory only: names of things are in it. */
  readonly #reviews = new Map<string, CleanupReviewResult>();
  readonly #standings = new Map<string, { readonly atMs: number; readonly standing: Standing | null }>();
  readonly #runs = new Map<string, string>();
  readonly #watch: CleanupWatch;
  readonly #mediaOf: Browsing['mediaOf'];

  constructor(parts: LiveParts, mediaOf: Browsing['mediaOf']) {
    this.#mediaOf = mediaOf;
    this.#parts = parts;
    this.#store = new CleanupStore(parts.home);
    // A version that was checked, pinned or taken away may have ended a certificate.
    parts.events.on((event) => {
      if (event.type !== 'changed' || event.topic === 'activity') return;
      this.#standings.clear();
      this.#watch.soon();
    });
    this.#watch = new CleanupWatch({
      store: this.#store,
      // A phone at work is not asked how it is.
      look: async (udid) => (parts.jobs.isBusy({ udid }) ? this.#watch.of(udid) : briefOf(await this.#view(udid))),
      onChange: (udid, now, before) => {
        if (now?.standing === 'lapsed' && before?.standing === 'valid') {
          note(parts, 'certificate-lapsed', udid, { facts: { reason: now.reason } });
        }
        parts.events.changed('phones');
      },
    });
  }

  briefOf(udid: string): CleanupBrief | null {
    return this.#watch.of(udid);
  }

  async close(): Promise<void> {
    await this.#watch.close();
  }

  /** When looking into backups is locked. */
  forget(): void {
    this.#reviews.clear();
  }

  handlers(): CleanupHandlers {
    return { ...this.#choosing(), ...this.#running(), ...this.#afterwards(), ...this.#risk(), ...this.#rescue() };
  }

  #choosing(): Handlers<'cleanup.estimates' | 'cleanup.plan' | 'cleanup.get' | 'cleanup.without'> {
    const { engine, live, vaults, library, passwords } = this.#parts;
    return {
      'cleanup.estimates': async ({ udid }) => {
        const id = await this.#vaultOf(udid, null);
        const facts = live.find(udid)?.facts ?? null;
        const capacityBytes = facts?.capacityBytes ?? null;
        const used = facts?.usedBytes ?? null;
        const phone = {
          freeBytes: capacityBytes === null || used === null ? null : Math.max(0, capacityBytes - used),
          capacityBytes,
          measuredAt: facts === null ? null : new Date().toISOString(),
        };
        const path = id === null ? null : await vaults.path(id);
        if (id === null || path === null) return { ...noEstimates(), ...phone };
        const { backups } = await this.#parts.listBackups();
        const newest = backups.find((one) => one.vault === id && phoneKey(one.udid) === phoneKey(udid));
        if (newest === undefined) return { ...noEstimates(), ...phone };
        const key = `estimates:${newest.id}`;
        const known = library.cached(key) as Estimates | undefined;
        const made = known ?? (await this.#estimate(path, udid));
        if (made === null) return { ...noEstimates(), ...phone };
        if (known === undefined && made.snapshot === newest.id) library.cache(key, made);
        const { snapshot: _snapshot, ...rest } = made;
        return { ...rest, ...phone, version: { vault: id, snapshot: newest.id, finishedAt: newest.finishedAt } };
      },

      'cleanup.plan': async ({ udid, vault, choice }) => {
        const id = await this.#vaultOf(udid, vault);
        const path = id === null ? '' : await vaults.path(id);
        const askPassword = passwords.asker(udid);
        const plan = await engine.cleanup.look({ vault: path, udid, choice, askPassword });
        const { backups } = await this.#parts.listBackups();
        const version = backups.find((one) => one.id === plan.snapshot && one.vault === id);
        const { added } = plan;
        return {
          ...plan.plan,
          version:
            version === undefined || id === null || plan.startedAt === null
              ? null
              : { vault: id, snapshot: version.id, startedAt: plan.startedAt, finishedAt: version.finishedAt },
          secondsNeeded: null,
          loss:
            added === null || version === undefined || id === null
              ? null
              : {
                  since: plan.startedAt,
                  version: { vault: id, snapshot: version.id },
                  photos: added.photos,
                  videos: added.videos,
                  bytes: added.bytes,
                  at: added.at,
                  reason: null,
                },
        };
      },

      'cleanup.get': async ({ udid }) => {
        const cleanup = await this.#view(udid);
        this.#watch.saw(udid, briefOf(cleanup));
        return { cleanup };
      },

      'cleanup.without': async ({ udid, choice }) => {
        note(this.#parts, 'cleanup-without', udid, { facts: { options: choice.options.join(', ') } });
        await this.#store.close(udid);
        this.#changed();
        return DONE;
      },
    };
  }

  #running(): Handlers<'cleanup.start' | 'cleanup.finished' | 'cleanup.close' | 'cleanup.keep'> {
    const { jobs, vaults, engine } = this.#parts;
    return {
      'cleanup.start': async ({ udid, vault: wanted, choice }) => {
        const vault = await this.#vaultOf(udid, wanted);
        if (vault === null) throw new BackstopError('app/no-destination');
        // A disk that is not here is told now, and not after waiting for a turn.
        await vaults.path(vault);
        const running = this.#runOf(udid);
        const current = await this.#store.current(udid);
        // Asked for twice, as by a second window: it is the same one.
        if (running !== null && current !== null && sameChoice(current.choice, choice)) {
          return { id: current.id, job: running.id };
        }
        const begun = await this.#store.begin(udid, { choice, vault, now: new Date() });
        const job = jobs.start({ kind: 'cleanup', udid, vault, holds: ['phone', 'vault'] }, (work) =>
          this.#run(udid, vault, begun, work),
        );
        this.#runs.set(phoneKey(udid), job);
        this.#changed();
        return { id: begun.id, job };
      },

      'cleanup.finished': async ({ udid }) => {
        const current = await this.#present(udid);
        await this.#store.change(udid, current.id, { finishedAt: current.finishedAt ?? new Date().toISOString() });
        this.#changed();
        return DONE;
      },

      'cleanup.close': async ({ udid }) => {
        await this.#store.close(udid);
        this.#reviews.delete(phoneKey(udid));
        this.#changed();
        return DONE;
      },

      'cleanup.keep': async ({ udid, until }) => {
        const { vault, snapshot } = await this.#present(udid);
        if (vault === null || snapshot === null) throw new BackstopError('cleanup/none');
        await engine.pin({
          vault: await vaults.path(vault),
          snapshots: [snapshot],
          pinned: until !== null,
          until,
          reason: until === null ? null : 'Before cleanup',
        });
        vaults.changed(vault);
        this.#parts.events.changed('backups');
        this.#changed();
        return DONE;
      },
    };
  }

  #afterwards(): Handlers<'cleanup.review' | 'cleanup.reviewed' | 'cleanup.undo'> {
    const { jobs, vaults, engine, passwords, places } = this.#parts;
    return {
      'cleanup.review': async ({ udid }) => {
        passwords.requireUnlocked();
        const { vault, snapshot } = await this.#present(udid);
        if (vault === null || snapshot === null) throw new BackstopError('cleanup/none');
        const path = await vaults.path(vault);
        const job = jobs.start({ kind: 'cleanup-review', udid, vault, snapshot, holds: [] }, async ({ options }) => {
          const asked = { vault: path, udid, askPassword: passwords.asker(udid) };
          const review = await engine.cleanup.review(asked, options);
          this.#reviews.set(phoneKey(udid), review);
          this.#changed();
          return { kind: 'cleanup-review', expected: review.expected.length, unexpected: review.unexpected.length };
        });
        return { job };
      },

      'cleanup.reviewed': async ({ udid, part, after, limit }) => {
        passwords.requireUnlocked();
        const review = this.#reviews.get(phoneKey(udid));
        const { vault } = await this.#present(udid);
        if (review === undefined || vault === null) throw new BackstopError('cleanup/not-reviewed');
        const { backups } = await this.#parts.listBackups();
        const newer = backups.find(({ id }) => id === review.newer);
        const items = review[part];
        const shown = items.slice(after, after + limit);
        const photos = shown.flatMap(({ kind, id }) => (kind === 'photos' ? [id] : []));
        const media = await this.#mediaOf({ vault, snapshot: review.older }, 'photos', photos);
        const all = [...review.expected, ...review.unexpected];
        return {
          items: shown.map((item) => ({
            ...item,
            media: item.kind === 'photos' ? (media.get(item.id) ?? null) : null,
          })),
          total: items.length,
          expected: review.expected.length,
          unexpected: review.unexpected.length,
          goneBytes: sumOf(all),
          inTrash: review.inTrash,
          kinds: kindsOf(items),
          isCertain: review.certain,
          comparedWith: {
            vault,
            snapshot: review.newer,
            finishedAt: newer?.finishedAt ?? new Date(0).toISOString(),
          },
        };
      },

      'cleanup.undo': async ({ udid, part, items, place }) => {
        passwords.requireUnlocked();
        const directory = places.path(place);
        const { vault, snapshot } = await this.#present(udid);
        if (vault === null || snapshot === null) throw new BackstopError('cleanup/none');
        const path = await vaults.path(vault);
        const job = jobs.start({ kind: 'export-items', udid, vault, snapshot, holds: [] }, async ({ options }) => {
          const asked = { vault: path, udid, askPassword: passwords.asker(udid), directory, part, items };
          const { items: count, files, bytes, failed } = await engine.cleanup.undo(asked, options);
          const exported = { place: places.offer(directory), folder: directory, items: count, files, bytes, failed };
          return { kind: 'export-items', exported };
        });
        return { job };
      },
    };
  }

  #rescue(): Handlers<Of<'rescue'>> {
    const { engine, jobs, vaults, places } = this.#parts;
    return {
      'rescue.start': async ({ udid, place }) => {
        const directory = places.path(place);
        const main = await vaults.main();
        const vault = main === null ? '' : await vaults.lastPath(main);
        const job = jobs.start({ kind: 'rescue', udid, holds: ['phone'] }, async ({ options }) => {
          const { type: _type, path, ...report } = await engine.rescue({ udid, directory, vault }, options);
          return { kind: 'rescue', report, place: places.offer(path) };
        });
        return { job };
      },
    };
  }

  #risk(): Handlers<Of<'risk'>> {
    const { engine, vaults, passwords } = this.#parts;
    return {
      'risk.loss': async ({ udid }) => this.#loss(udid),
      'risk.map': async ({ udid }) => {
        const id = await this.#vaultOf(udid, null);
        const path = id === null ? '' : await vaults.path(id);
        const { map } = await engine.cleanup.riskMap({ vault: path, udid, askPassword: passwords.asker(udid) });
        return { map, loss: await this.#loss(udid), at: new Date().toISOString() };
      },
      'risk.declare': async ({ udid, group, place, value }) => {
        await engine.cleanup.declare({ udid, about: `${group}:${place}`, value });
        this.#changed();
        return DONE;
      },
    };
  }

  async #run(udid: string, vault: string, begun: Cleanup, work: JobWork) {
    const { engine, vaults, passwords, live, events, library } = this.#parts;
    const onCommitted = (snapshot: SnapshotSummary): void => {
      const { id, newBytes, files } = snapshot;
      work.tell({ snapshot: id, newBytes, cancelCosts: 'verification', passcodeSince: null });
      library.rememberPhone(udid, { lastFailure: null, encrypted: snapshot.encrypted });
      note(this.#parts, 'backup-done', udid, { vault, snapshot: id, facts: { newBytes, files } });
      vaults.changed(vault);
    };
    try {
      const asked = { vault: await vaults.path(vault), udid, choice: begun.choice, begun: begun.id, onCommitted };
      const result = await engine.cleanup.run({ ...asked, askPassword: passwords.asker(udid) }, work.options);
      const { issued, certificate } = result;
      const snapshot = certificate?.snapshot ?? null;
      const facts = { certificate: certificate?.id ?? null, until: certificate?.validUntil ?? null };
      note(this.#parts, issued ? 'certificate-issued' : 'certificate-refused', udid, { vault, snapshot, facts });
      return { kind: 'cleanup', issued } as const;
    } finally {
      vaults.changed(vault);
      live.refresh(udid);
      events.changed('backups');
      events.changed('phones');
      this.#changed();
    }
  }

  async #view(udid: string): Promise<CleanupView | null> {
    const cleanup = await this.#store.current(udid);
    if (cleanup === null) return null;
    const { vault, snapshot, reviewed, certificate, reasons, finishedAt, choice, startedAt, id } = cleanup;
    const run = this.#runOf(udid);
    const job = this.#runs.get(phoneKey(udid)) ?? null;
    const isInterrupted = !cleanup.isDecided && run === null;
    const standing = certificate === null ? null : await this.#standing(udid, cleanup);
    return {
      ...{ id, udid, choice, startedAt, job, vault, snapshot, certificate, standing, finishedAt, reviewed },
      reasons: [...reasons],
      stage: stageOf(cleanup, run),
      // It was begun, and whatever ran it is gone: nothing was decided.
      failure:
        isInterrupted && cleanup.failure === null ? { code: 'cleanup/interrupted', data: {} } : plain(cleanup.failure),
    };
  }

  async #standing(udid: string, { vault }: Cleanup): Promise<Standing | null> {
    const key = phoneKey(udid);
    const known = this.#standings.get(key);
    if (known !== undefined && Date.now() - known.atMs < STANDING_MS) return known.standing;
    const { vaults, engine, passwords } = this.#parts;
    const path = vault === null || !(await vaults.isOnline(vault)) ? null : await vaults.path(vault);
    const standing = await engine.cleanup.standing({ vault: path, udid, askPassword: passwords.asker(udid) });
    this.#standings.set(key, { atMs: Date.now(), standing });
    return standing;
  }

  async #loss(udid: string): Promise<LossView> {
    const { engine, vaults, passwords } = this.#parts;
    const id = await this.#vaultOf(udid, null);
    const path = id === null ? '' : await vaults.path(id);
    try {
      const { phones } = await engine.atRisk({ udid, vault: path, askPassword: passwords.asker(udid) });
      return lossView(phones[0]?.loss ?? null, id);
    } catch (error) {
      if (!isBackstopError(error)) throw error;
      return { ...NO_LOSS, reason: error.code };
    }
  }

  async #estimate(path: string, udid: string): Promise<Estimates | null> {
    const { engine, passwords } = this.#parts;
    try {
      return await engine.cleanup.estimates({ vault: path, udid, askPassword: passwords.asker(udid) });
    } catch (error) {
      // Without its password nothing is known of it, and that is what is said.
      if (isBackstopError(error) && /^(browse|formats|app\/password|vault\/damaged)/.test(error.code)) return null;
      throw error;
    }
  }

  /** Where the phone's cleanup is protected: as asked, else where its newest version is, else the main place. */
  async #vaultOf(udid: string, wanted: string | null): Promise<string | null> {
    if (wanted !== null) return wanted;
    const { backups } = await this.#parts.listBackups();
    const newest = backups.find((one) => phoneKey(one.udid) === phoneKey(udid) && one.isOnline);
    return newest?.vault ?? (await this.#parts.vaults.main());
  }

  async #present(udid: string): Promise<Cleanup> {
    const current = await this.#store.current(udid);
    if (current === null) throw new BackstopError('cleanup/none');
    return current;
  }

  #runOf(udid: string): JobView | null {
    const id = this.#runs.get(phoneKey(udid));
    const job = id === undefined ? null : this.#parts.jobs.get(id);
    const isOpen = job?.state === 'waiting' || job?.state === 'running' || job?.state === 'cancelling';
    return isOpen ? job : null;
  }

  #changed(): void {
    this.#standings.clear();
    this.#parts.events.changed('cleanup');
  }
}

type Estimates = Pick<OutputOf<'cleanup.estimates'>, 'estimates' | 'apps'> & { readonly snapshot: string | null };

function noEstimates() {
  return { estimates: estimatesOf(null, null), apps: [], version: null };
}

const NO_LOSS = {
  since: null,
  version: null,
  photos: null,
  videos: null,
  bytes: null,
  at: null,
  reason: null,
} as const;

function lossView(loss: LossMeter | null, vault: string | null): LossView {
  if (loss === null) return NO_LOSS;
  const { since, photos, videos, bytes, measuredAt, how, reason } = loss;
  return {
    since: since?.takenAt ?? null,
    version: since === null || vault === null ? null : { vault, snapshot: since.snapshot },
    ...{ photos, videos, bytes },
    at: how === 'unknown' ? null : measuredAt,
    reason,
  };
}

function stageOf({ isDecided, certificate, finishedAt, reviewed }: Cleanup, run: JobView | null): CleanupView['stage'] {
  if (run !== null && !isDecided) return 'protecting';
  if (certificate === null) return 'refused';
  if (reviewed !== null) return 'reviewed';
  return finishedAt === null ? 'cleaning' : 'reviewing';
}

function briefOf(view: CleanupView | null): CleanupBrief | null {
  if (view === null) return null;
  const { stage, certificate, standing } = view;
  return {
    stage,
    verdict: certificate?.verdict ?? null,
    coversUntil: certificate?.coversUntil ?? null,
    validUntil: certificate?.validUntil ?? null,
    standing: standing?.state ?? null,
    reason: standing?.state === 'lapsed' ? standing.reason : null,
    pinnedUntil: certificate?.pinnedUntil ?? null,
  };
}

function sameChoice(one: CleanupChoice, other: CleanupChoice): boolean {
  const text = ({ options, apps }: CleanupChoice): string => JSON.stringify([options.toSorted(), apps.toSorted()]);
  return text(one) === text(other);
}

function kindsOf(items: CleanupReviewResult['expected']): OutputOf<'cleanup.reviewed'>['kinds'] {
  const kinds = Map.groupBy(items, ({ kind }) => kind);
  return [...kinds].map(([kind, some]) => ({ kind, count: some.length, bytes: sumOf(some) }));
}

/** Of what is known; null if nothing is. */
function sumOf(items: CleanupReviewResult['expected']): number | null {
  const known = items.flatMap(({ bytes }) => (bytes === null ? [] : [bytes]));
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0);
}

function plain(failure: Cleanup['failure']): CleanupView['failure'] {
  if (failure === null) return null;
  const data = Object.entries(failure.data).flatMap(([name, value]) =>
    value === null || ['string', 'number', 'boolean'].includes(typeof value)
      ? [[name, value as string | number | boolean | null] as const]
      : [],
  );
  return { code: failure.code, data: Object.fromEntries(data) };
}
