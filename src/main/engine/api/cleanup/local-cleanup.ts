import type {
  AskPassword,
  BackupRequest,
  BackupResult,
  CleanupCertificateResult,
  CleanupCheckResult,
  CleanupEngine,
  CleanupEstimates,
  CleanupLook,
  CleanupPlanResult,
  CleanupRequest,
  CleanupReviewResult,
  CleanupUndoResult,
  GoneFromPhone,
  RiskMapResult,
  VerificationLevel,
  VerificationReport,
  WorkOptions,
} from '../../../../shared/contract/index.ts';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import {
  type Certificate,
  type Check,
  type CleanupChoice,
  type CleanupPlan,
  decide,
  planCleanup,
  protectionFor,
  type Standing,
  type StandingFacts,
  standingOf,
  type Verdict,
} from '../../../../shared/rules/guidance/index.ts';
import { type CleanupReview, type ReviewItem, reviewCleanup, takeBack, usageOf } from '../../browse/index.ts';
import { sameUdid } from '../../device/index.ts';
import type { Snapshot, Vault } from '../../vault/index.ts';
import type { BackupOpener } from '../open-backup.ts';
import { inspectOne, type PhoneAccess, soleUdid } from '../phones.ts';
import { type Cleanup, CleanupStore } from './cleanup-store.ts';
import { estimatesOf } from './estimates.ts';
import { addedSince, type Gathered, gatherFacts, newestOf, sumOf } from './gather-facts.ts';
import { riskMapOf } from './risk-map.ts';
import { noteFacts } from './version-facts.ts';

/** Back up before cleanup, for whatever face asks: what is there, what is missing, and what may be claimed. */

export interface CleanupParts {
  readonly home: string;
  readonly opener: BackupOpener;
  readonly phones: () => PhoneAccess;
  readonly openVault: (path: string) => Promise<Vault>;
  readonly otherVaults: (vault: Vault) => Promise<number>;
  readonly backup: (request: BackupRequest, options: WorkOptions) => Promise<BackupResult>;
  /** Verifies and writes the outcome into the vault. */
  readonly verify: (
    vault: Vault,
    request: { readonly snapshot: Snapshot; readonly level: VerificationLevel; readonly askPassword: AskPassword },
    options: WorkOptions,
  ) => Promise<VerificationReport>;
  readonly now?: (() => Date) | undefined;
}

type Choosing = CleanupRequest & { readonly choice: CleanupChoice };
const DAY_MS = 24 * 60 * 60_000;

export class LocalCleanup implements CleanupEngine {
  readonly store: CleanupStore;
  readonly #parts: CleanupParts;

  constructor(parts: CleanupParts) {
    this.#parts = parts;
    this.store = new CleanupStore(parts.home);
  }

  async plan(request: Choosing, options: WorkOptions = {}): Promise<CleanupPlanResult> {
    return this.#withVaultOrNone(request, options, async (vault, udid) => {
      const { facts, version } = await this.#gather(vault, udid, request, options);
      return planResult(udid, planCleanup(request.choice, facts), version);
    });
  }

  async look(request: Choosing, options: WorkOptions = {}): Promise<CleanupLook> {
    return this.#withVaultOrNone(request, options, async (vault, udid) => {
      const { facts, version, added } = await this.#gather(vault, udid, request, options);
      const plan = planCleanup(request.choice, facts);
      return { plan, snapshot: version?.id ?? null, startedAt: facts.version?.startedAt ?? null, added };
    });
  }

  async certificate(request: Choosing, options: WorkOptions = {}): Promise<CleanupCertificateResult> {
    return this.#withVaultOrNone(request, options, async (vault, udid) => {
      const begun = await this.store.begin(udid, {
        choice: request.choice,
        vault: vault?.id ?? null,
        now: this.#now(),
      });
      return this.#decide(vault, udid, begun, request, options);
    });
  }

  async run(
    request: Parameters<CleanupEngine['run']>[0],
    options: WorkOptions = {},
  ): Promise<CleanupCertificateResult> {
    const { choice, askPassword, onCommitted } = request;
    const first = await this.#withVaultOrNone(request, options, async (vault, udid) => {
      const { facts } = await this.#gather(vault, udid, request, options);
      const noted = await this.store.current(udid);
      const begun =
        noted !== null && noted.id === request.begun
          ? noted
          : await this.store.begin(udid, { choice, vault: vault?.id ?? null, now: this.#now() });
      return { udid, begun, plan: planCleanup(choice, facts) };
    });
    const { udid, begun, plan } = first;
    try {
      const { verify } = plan.protection;
      if (verify !== null && plan.missing.includes('backup')) {
        await this.#parts.backup(
          { udid, vault: request.vault, full: false, unencrypted: false, verify, askPassword, onCommitted },
          options,
        );
      } else if (verify !== null && (plan.missing.includes('verify') || plan.missing.includes('test-password'))) {
        await this.#withVault(request, options, async (vault) => {
          const { snapshot } = await newestOf(vault, udid);
          if (snapshot !== null) await this.#parts.verify(vault, { snapshot, level: verify, askPassword }, options);
        });
      }
      return await this.#withVaultOrNone(request, options, (vault) =>
        this.#decide(vault, udid, begun, request, options),
      );
    } catch (error) {
      await this.#remember(udid, begun, error);
      throw error;
    }
  }

  async check(request: CleanupRequest, options: WorkOptions = {}): Promise<CleanupCheckResult> {
    return this.#withVault(request, options, async (vault, udid) => {
      const cleanup = await this.store.current(udid);
      const certificate = cleanup?.certificate ?? null;
      if (cleanup === null || certificate === null) {
        return { type: 'result', udid, standing: null, certificate: null };
      }
      const { snapshots } = await vault.snapshots();
      const snapshot = snapshots.find(({ id }) => id === certificate.snapshot);
      // It stands on bytes: they are read again, all of them.
      if (snapshot !== undefined && vault.id === certificate.vault) {
        await this.#parts.verify(vault, { snapshot, level: 'full', askPassword: request.askPassword }, options);
      }
      const standing = await this.#standingOf(udid, cleanup, vault, request, options);
      return { type: 'result', udid, standing, certificate: shown(certificate) };
    });
  }

  async standing(
    { vault: path, udid, askPassword }: Parameters<CleanupEngine['standing']>[0],
    options: WorkOptions = {},
  ): Promise<Standing | null> {
    const cleanup = await this.store.current(udid);
    if (cleanup === null) return null;
    await using vault = path === null ? null : await this.#openOrNone(path);
    return await this.#standingOf(udid, cleanup, vault, { askPassword }, options);
  }

  /** What once lapsed stays so. */
  async #standingOf(
    udid: string,
    { id, certificate, lapsed }: Cleanup,
    vault: Vault | null,
    request: Pick<CleanupRequest, 'askPassword'>,
    options: WorkOptions,
  ): Promise<Standing | null> {
    if (certificate === null) return null;
    if (lapsed !== null) return { state: 'lapsed', reason: lapsed.reason };
    const standing = standingOf(certificate, await this.#standingFacts(vault, certificate, request, options));
    if (standing.state === 'lapsed') {
      await this.store.change(udid, id, { lapsed: { reason: standing.reason, at: this.#now().toISOString() } });
    }
    return standing;
  }

  /** What is known now of what a certificate stands on; reads notes, not content. `vault` null: its disk is away. */
  async #standingFacts(
    vault: Vault | null,
    certificate: Certificate,
    { askPassword }: Pick<CleanupRequest, 'askPassword'>,
    options: WorkOptions,
  ): Promise<StandingFacts> {
    const now = this.#now().toISOString();
    const unknown = { exists: null, damaged: null, lastCheckOk: null, pinned: null, addedSince: null };
    if (vault === null || vault.id !== certificate.vault) return { now, isOnline: false, ...unknown };
    const list = await vault.snapshots();
    const snapshot = list.snapshots.find(({ id }) => id === certificate.snapshot);
    if (snapshot === undefined) return { now, isOnline: true, ...unknown, exists: false };
    const { damaged, lastCheckOk, pinned } = noteFacts(snapshot, list);
    const phones = this.#parts.phones();
    const isHere = (await inspectOne(phones, certificate.udid, options)) !== null;
    const request = { phones, udid: certificate.udid, vault, opener: this.#parts.opener, askPassword };
    const added = isHere ? await addedSince(request, snapshot, options) : null;
    return { now, isOnline: true, exists: true, damaged, lastCheckOk, pinned, addedSince: sumOf(added) };
  }

  async review(request: CleanupRequest, options: WorkOptions = {}): Promise<CleanupReviewResult> {
    return this.#reviewing(request, options, async ({ udid, older, newer, review, cleanup, vault }) => {
      const { expected, unexpected, isCertain, inTrash, unreadable } = review;
      await this.store.change(udid, cleanup.id, {
        finishedAt: cleanup.finishedAt ?? this.#now().toISOString(),
        reviewed: { vault: vault.id, snapshot: newer.id, at: this.#now().toISOString() },
      });
      return {
        ...({ type: 'result', udid, older: older.id, newer: newer.id } as const),
        expected: expected.map(goneItem),
        unexpected: unexpected.map(goneItem),
        certain: isCertain,
        inTrash,
        unreadable: [...unreadable],
      };
    });
  }

  async undo(request: Parameters<CleanupEngine['undo']>[0], options: WorkOptions = {}): Promise<CleanupUndoResult> {
    const { directory, part, items, askPassword } = request;
    return this.#reviewing(request, options, async ({ udid, older, review, vault }) => {
      const all: readonly ReviewItem[] = [
        ...(part === 'unexpected' ? [] : review.expected),
        ...(part === 'expected' ? [] : review.unexpected),
      ];
      const asked = items === null ? null : new Set(items.map(({ kind, id }) => `${kind} ${id}`));
      const chosen = asked === null ? all : all.filter(({ kind, id }) => asked.has(`${kind} ${id}`));
      if (chosen.length === 0) throw new BackstopError('cleanup/nothing-to-take-back');
      await using backup = await this.#parts.opener.openVersion(vault, older, { askPassword }, options);
      const done = await takeBack(backup, chosen, { directory, outside: [vault.dir] }, options);
      const how = Object.fromEntries([...new Set(chosen.map(({ kind }) => kind))].map((kind) => [kind, wayBack(kind)]));
      return { type: 'result', udid, directory, ...done, failed: [...done.failed], how };
    });
  }

  async riskMap(request: CleanupRequest, options: WorkOptions = {}): Promise<RiskMapResult> {
    return this.#withVaultOrNone(request, options, async (vault, udid) => {
      const { declared } = await this.store.read(udid);
      const { opener, phones } = this.#parts;
      const otherVaults = vault === null ? 0 : await this.#parts.otherVaults(vault);
      const { askPassword } = request;
      const asked = { opener, phones: phones(), vault, udid, askPassword, declared, otherVaults, now: this.#now() };
      return { type: 'result', udid, map: await riskMapOf(asked, options) };
    });
  }

  async estimates(request: CleanupRequest, options: WorkOptions = {}): Promise<CleanupEstimates> {
    return this.#withVaultOrNone(request, options, async (vault, udid) => {
      const { snapshot } = vault === null ? { snapshot: null } : await newestOf(vault, udid);
      if (vault === null || snapshot === null) return { estimates: estimatesOf(null, null), apps: [], snapshot: null };
      const { askPassword } = request;
      await using backup = await this.#parts.opener.openVersion(vault, snapshot, { askPassword }, options);
      const usage = await usageOf(backup, options);
      const finishedAt = new Date(snapshot.record.finished).toISOString();
      const apps = usage.apps.map(({ id, name, bytes, files }) => ({ id, name, bytes, hasData: files > 0 }));
      return { estimates: estimatesOf(usage, finishedAt), apps, snapshot: snapshot.id };
    });
  }

  async declare({ udid, about, value }: Parameters<CleanupEngine['declare']>[0]): Promise<void> {
    await this.store.declare(udid, about, value, this.#now());
  }

  /** Pins last, and only what is otherwise proved; then looks at everything again, and decides on that. */
  async #decide(
    vault: Vault | null,
    udid: string,
    begun: Cleanup,
    request: Choosing,
    options: WorkOptions,
  ): Promise<CleanupCertificateResult> {
    const { choice } = request;
    let gathered = await this.#gather(vault, udid, request, options);
    const { checks, level } = planCleanup(choice, gathered.facts);
    const isProved = checks.every(
      ({ id, role, status }) => role !== 'required' || id === 'pinned' || status === 'pass' || status === 'warn',
    );
    const isUnpinned = checks.some(({ id, status }) => id === 'pinned' && status !== 'pass');
    if (isProved && isUnpinned && vault !== null && gathered.version !== null) {
      await this.#pin(vault, gathered.version, protectionFor(level).pinDays);
      gathered = await this.#gather(vault, udid, request, options);
    }
    options.signal?.throwIfAborted();
    const verdict = decide(choice, gathered.facts, { udid });
    const certificate = verdict.verdict === 'issued' ? verdict.certificate : null;
    const reasons = verdict.verdict === 'refused' ? verdict.reasons : [];
    if (verdict.verdict === 'not-needed') await this.store.close(udid);
    else
      await this.store.decide(udid, begun.id, {
        certificate,
        reasons,
        vault: vault?.id ?? null,
        snapshot: gathered.version?.id ?? null,
      });
    return certificateResult(udid, level, verdict);
  }

  async #pin(vault: Vault, version: Snapshot, days: number): Promise<void> {
    await vault.pin(version, { untilMs: this.#now().getTime() + days * DAY_MS, reason: 'Before cleanup' });
  }

  async #remember(udid: string, begun: Cleanup, error: unknown): Promise<void> {
    const failure = isBackstopError(error)
      ? { code: error.code, data: plainData(error.data) }
      : { code: 'internal/bug', data: {} };
    // A disk that is full must not hide why the run failed.
    await this.store.change(udid, begun.id, { failure, isDecided: true }).catch(() => undefined);
  }

  #gather(vault: Vault | null, udid: string, request: Choosing, options: WorkOptions): Promise<Gathered> {
    const { opener, phones, otherVaults } = this.#parts;
    return (async () => {
      const { declared } = await this.store.read(udid);
      return gatherFacts(
        {
          ...{ opener, vault, udid, declared },
          phones: phones(),
          choice: request.choice,
          askPassword: request.askPassword,
          otherVaults: vault === null ? 0 : await otherVaults(vault),
          now: this.#now(),
        },
        options,
      );
    })();
  }

  async #reviewing<T>(
    request: CleanupRequest,
    options: WorkOptions,
    work: (found: {
      readonly udid: string;
      readonly vault: Vault;
      readonly cleanup: Cleanup;
      readonly older: Snapshot;
      readonly newer: Snapshot;
      readonly review: CleanupReview;
    }) => Promise<T>,
  ): Promise<T> {
    return this.#withVault(request, options, async (vault, udid) => {
      const cleanup = await this.store.current(udid);
      if (cleanup === null || cleanup.snapshot === null || cleanup.vault !== vault.id) {
        throw new BackstopError('cleanup/none');
      }
      const older = await vault.resolve(cleanup.snapshot);
      const { snapshot: newer } = await newestOf(vault, udid);
      if (newer === null || newer.id === older.id) throw new BackstopError('cleanup/no-newer-version');
      const { opener } = this.#parts;
      const { askPassword } = request;
      await using before = await opener.openVersion(vault, older, { askPassword }, options);
      await using after = await opener.openVersion(vault, newer, { askPassword }, options);
      const review = await reviewCleanup(before, after, cleanup.choice, options);
      return await work({ udid, vault, cleanup, older, newer, review });
    });
  }

  async #withVault<T>(
    { vault: path, udid }: CleanupRequest,
    options: WorkOptions,
    work: (vault: Vault, udid: string) => Promise<T>,
  ): Promise<T> {
    await using vault = await this.#parts.openVault(path);
    return await work(vault, udid ?? (await this.#theOne(vault, options)));
  }

  /** Before the first backup there is no vault. */
  async #withVaultOrNone<T>(
    request: CleanupRequest,
    options: WorkOptions,
    work: (vault: Vault | null, udid: string) => Promise<T>,
  ): Promise<T> {
    await using vault = await this.#openOrNone(request.vault);
    return await work(vault, request.udid ?? (await this.#theOne(vault, options)));
  }

  async #openOrNone(path: string): Promise<Vault | null> {
    try {
      return await this.#parts.openVault(path);
    } catch (error) {
      if (isBackstopError(error, 'vault/not-found')) return null;
      throw error;
    }
  }

  /** The phone that is meant when none is named. */
  async #theOne(vault: Vault | null, options: WorkOptions): Promise<string> {
    const snapshots = vault === null ? [] : (await vault.snapshots()).snapshots;
    const known = snapshots.map(({ record }) => record.udid);
    const [first] = known;
    const isOne = first !== undefined && known.every((udid) => sameUdid(udid, first));
    return isOne ? first : soleUdid(this.#parts.phones(), options);
  }

  #now(): Date {
    return this.#parts.now?.() ?? new Date();
  }
}

export function goneItem({ kind, id, title, atMs, bytes }: ReviewItem): GoneFromPhone {
  const at = atMs === null || !Number.isFinite(atMs) || Math.abs(atMs) > 8.64e15 ? null : new Date(atMs).toISOString();
  return { kind, id, title, at, bytes: bytes === null ? null : Math.max(0, Math.trunc(bytes)) };
}

/** How a kind gets to the phone from a folder; iOS takes back single items of no backup. */
function wayBack(kind: string): string {
  switch (kind) {
    case 'photos':
      return 'airdrop-or-icloud-photos';
    case 'contacts':
    case 'calendar':
      return 'open-the-file-on-the-phone';
    case 'documents':
    case 'apps':
      return 'files-app';
    default:
      return 'keep-on-this-computer';
  }
}

function planResult(udid: string, plan: CleanupPlan, version: Snapshot | null): CleanupPlanResult {
  return {
    ...({ type: 'result', udid, level: plan.level } as const),
    reasons: plan.reasons.map(({ reason, option }) => option ?? reason),
    protection: plan.protection,
    checks: plan.checks.map(({ role, ...check }) => ({ ...check, required: role === 'required' })),
    missing: [...plan.missing],
    snapshot: version?.id ?? null,
  };
}

function certificateResult(udid: string, level: CleanupPlan['level'], verdict: Verdict): CleanupCertificateResult {
  const certificate = verdict.verdict === 'issued' ? shown(verdict.certificate) : null;
  const reasons =
    verdict.verdict === 'refused'
      ? verdict.reasons.map(({ id, status, reason, next }: Check) => ({ id, status, reason, next }))
      : verdict.verdict === 'not-needed'
        ? [{ id: 'level', status: 'pass', reason: 'not-needed', next: null }]
        : [];
  return { type: 'result', udid, issued: certificate !== null, level, certificate, reasons };
}

function shown(certificate: Certificate): Certificate & { readonly bucket: string } {
  return { ...certificate, bucket: certificate.buckets.join(', ') };
}

function plainData(data: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
}
