import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Snapshot, Vault, type VaultSession } from '../../../src/main/engine/vault/index.ts';
import { isBackstopError } from '../../../src/shared/errors/index.ts';
import { planRetention } from '../../../src/shared/rules/retention/index.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { Random } from './random.ts';
import { type Content, differenceOf, requestFor } from './versions.ts';
import { type Fault, WatchedIo } from './watched-io.ts';

/**
 * Two computers, two phones, one vault, and everything that people and disks do to it, in random order. Beside it goes a
 * plain list of what must be true: which versions exist, what is in them, which were forgotten. After each step that
 * went wrong the list is brought in line with what the disk shows, as far as either way was allowed.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOOK_MS = 50;
const UDIDS = ['00008101-000A1B2C3D4E5F60', '00008110-00AABBCCDDEEFF00'] as const;

interface Truth {
  readonly snapshot: Snapshot;
  readonly content: Content;
  readonly udid: string;
  isForgotten: boolean;
  isPinned: boolean;
  /** It may be gone: its undo time was ended, or may be over. */
  mayBeGone: boolean;
  note: string | null;
}

interface Computer {
  readonly name: string;
  readonly installation: string;
  readonly skewMs: number;
  boots: number;
  vault: Vault | null;
  io: WatchedIo | null;
}

export interface ModelOptions {
  readonly random: Random;
  readonly scratch: string;
  readonly disk: MemoryDisk;
}

export class VaultModel {
  readonly #random: Random;
  readonly #scratch: string;
  #disk: MemoryDisk;
  readonly #computers: Computer[] = [
    { name: 'desk', installation: '11111111-2222-4333-8444-555555555555', skewMs: 0, boots: 0, vault: null, io: null },
    {
      name: 'lap',
      installation: '99999999-2222-4333-8444-555555555555',
      skewMs: 5 * HOUR_MS,
      boots: 0,
      vault: null,
      io: null,
    },
  ];
  readonly #truths = new Map<string, Truth>();
  readonly #phones = new Map<string, Map<string, Buffer>>();
  readonly counts = new Map<string, number>();
  #versions = 0;
  /** Running time of the computers; it goes on with the store's clock, never back. */
  #uptimeMs = 1_000_000;
  /** What the next operation on the disk shall end with. */
  #fault: { readonly fault: Fault; left: number; readonly stays: boolean } | null = null;

  constructor({ random, scratch, disk }: ModelOptions) {
    this.#random = random;
    this.#scratch = scratch;
    this.#disk = disk;
    for (const udid of UDIDS) this.#phones.set(udid, this.#newPhone());
  }

  static async create(options: ModelOptions): Promise<VaultModel> {
    const model = new VaultModel(options);
    const [desk] = model.#computers as [Computer];
    await (await Vault.create('/vault', model.#optionsOf(desk))).close();
    return model;
  }

  /** The versions that have to be on the list now. */
  get live(): readonly Truth[] {
    return [...this.#truths.values()].filter((truth) => !truth.isForgotten || truth.isPinned);
  }

  async step(): Promise<void> {
    const steps: ReadonlyArray<readonly [number, string, (computer: Computer) => Promise<void>]> = [
      [30, 'backup', (computer) => this.#backUp(computer)],
      [6, 'two backups at once', () => this.#backUpBoth()],
      [5, 'abandoned backup', (computer) => this.#abandon(computer)],
      [16, 'forget', (computer) => this.#forget(computer)],
      [7, 'undo', (computer) => this.#undo(computer)],
      [5, 'pin', (computer) => this.#pin(computer)],
      [3, 'unpin', (computer) => this.#unpin(computer)],
      [3, 'note', (computer) => this.#note(computer)],
      [12, 'collect', (computer) => this.#collect(computer)],
      [8, 'empty trash', (computer) => this.#emptyTrash(computer)],
      [8, 'time passes', async () => this.#pass(this.#random.below(40) * HOUR_MS)],
      [2, 'clock goes back', async () => this.#goBack()],
      [4, 'prune', (computer) => this.#prune(computer)],
      [3, 'scrub', (computer) => this.#scrub(computer)],
      [3, 'bit rot', (computer) => this.#rot(computer)],
      [3, 'restart', (computer) => this.#restart(computer)],
      [3, 'lost index', (computer) => this.#loseCache(computer)],
    ];
    const total = steps.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#random.below(total);
    const chosen = steps.find(([weight]) => {
      at -= weight;
      return at < 0;
    });
    if (chosen === undefined) throw new Error('no step');
    const [, name, run] = chosen;
    const computer = this.#pick(this.#computers);
    const trouble = this.#random.below(100);
    // One step in five goes wrong: a killed process, a power cut, a failing or a full disk.
    if (trouble < 20) await this.#inTrouble(name, computer, () => run(computer));
    else {
      await this.#run(name, () => run(computer));
    }
    this.#pass(this.#random.below(60) * 60_000);
  }

  /** Every live version byte for byte; forgotten ones that can still be brought back too. */
  async verify(): Promise<void> {
    const computer = this.#pick(this.#computers);
    const vault = await this.#open(computer);
    const { snapshots, forgotten, unreadable } = await vault.snapshots();
    if (unreadable.length > 0) throw new Error(`unreadable: ${unreadable[0]?.file}`);
    const listed = new Set(snapshots.map(({ id }) => id));
    const trashed = new Set(forgotten.map(({ id }) => id));
    for (const truth of this.#truths.values()) {
      const { id, record } = truth.snapshot;
      const isLive = !truth.isForgotten || truth.isPinned;
      const name = `version ${record.seq} of ${record.device} (${id.slice(0, 8)})`;
      if (isLive && !listed.has(id)) throw new Error(`${name} is not on the list`);
      if (!isLive && listed.has(id)) throw new Error(`${name} is on the list, and was forgotten`);
      if (!isLive && !trashed.has(id)) {
        if (!truth.mayBeGone) throw new Error(`${name} is gone before its time`);
        this.#truths.delete(id);
        continue;
      }
      if (!isLive && truth.mayBeGone) continue;
      await using view = await vault.view(truth.snapshot);
      const difference = await differenceOf(view, truth.content);
      if (difference !== null) throw new Error(`${name}: ${difference}`);
      const structure = await vault.checkStructure(truth.snapshot);
      if (!structure.ok) throw new Error(`${name}: ${structure.problems[0]?.detail}`);
    }
    for (const id of listed) if (!this.#truths.has(id)) throw new Error(`an unknown version ${id.slice(0, 8)}`);
  }

  /** A vault to look at what is left, on a computer that knows nothing. */
  async openFresh(): Promise<Vault> {
    const [desk] = this.#computers as [Computer];
    desk.boots += 1;
    await this.#close(desk);
    rmSync(join(this.#scratch, desk.name), { recursive: true, force: true });
    return this.#open(desk);
  }

  async close(): Promise<void> {
    for (const computer of this.#computers) await this.#close(computer);
  }

  // --- what people do ---------------------------------------------------------------------------------------------

  async #backUp(computer: Computer): Promise<void> {
    const udid = this.#pick(UDIDS);
    this.#mutate(udid);
    const vault = await this.#open(computer);
    await using session = await vault.openSession({ udid, label: udid.slice(-4) });
    await this.#commit(session, udid);
  }

  async #backUpBoth(): Promise<void> {
    const [desk, lap] = this.#computers as [Computer, Computer];
    const [first, second] = UDIDS;
    this.#mutate(first);
    this.#mutate(second);
    const [one, other] = [await this.#open(desk), await this.#open(lap)];
    await using a = await one.openSession({ udid: first, label: first.slice(-4) });
    await using b = await other.openSession({ udid: second, label: second.slice(-4) });
    await Promise.all([this.#commit(a, first), this.#commit(b, second)]);
  }

  async #commit(session: VaultSession, udid: string): Promise<void> {
    const parent = session.parent.parent;
    const truth = parent === null ? null : (this.#truths.get(parent.id) ?? null);
    if (parent !== null && truth === null) throw new Error(`the parent ${parent.id.slice(0, 8)} is unknown`);
    if (session.parent.damaged !== null) throw new Error(`damage: ${session.parent.damaged.reason}`);
    this.#versions += 1;
    const content = this.#contentOf(udid);
    const date = new Date(Date.UTC(2026, 0, 1) + this.#versions * HOUR_MS).toISOString();
    const request = await requestFor(session, truth, content, date);
    const pending = { content, udid, session: session.id };
    this.#pending.push(pending);
    const snapshot = await session.commit({ ...request, facts: { ...request.facts, udid } });
    this.#pending = this.#pending.filter((one) => one !== pending);
    this.#add(snapshot, content, udid);
  }

  #pending: Array<{ readonly content: Content; readonly udid: string; readonly session: string }> = [];

  /** Uploads and never comes back: what it sealed is waste, or is adopted by a later one. */
  async #abandon(computer: Computer): Promise<void> {
    const udid = this.#pick(UDIDS);
    const vault = await this.#open(computer);
    await using session = await vault.openSession({ udid, label: udid.slice(-4) });
    this.#mutate(udid);
    for (const bytes of this.#contentOf(udid).values()) {
      const writer = session.createObject(bytes.length);
      await writer.write(bytes);
      await writer.finish();
    }
    if (this.#random.below(2) === 0) await session.seal();
  }

  async #forget(computer: Computer): Promise<void> {
    const own = this.live;
    if (own.length < 3) return;
    const truth = this.#pick(own);
    const vault = await this.#open(computer);
    this.#doubtful = truth;
    if (truth.isPinned) {
      await vault.forget([truth.snapshot], 'owner').then(
        () => {
          throw new Error('a pinned version was forgotten');
        },
        (error: unknown) => {
          if (!isBackstopError(error, 'vault/pinned')) throw error;
        },
      );
    } else {
      await vault.forget([truth.snapshot], this.#random.below(2) === 0 ? 'owner' : 'retention');
      truth.isForgotten = true;
      truth.mayBeGone = false;
    }
    this.#doubtful = null;
  }

  async #undo(computer: Computer): Promise<void> {
    const vault = await this.#open(computer);
    const { forgotten } = await vault.snapshots();
    const some = forgotten.filter((one) => this.#truths.get(one.id)?.mayBeGone === false);
    if (some.length === 0) return;
    const truth = this.#truths.get(this.#pick(some).id) as Truth;
    this.#doubtful = truth;
    await vault.unforget(truth.snapshot);
    truth.isForgotten = false;
    this.#doubtful = null;
  }

  async #pin(computer: Computer): Promise<void> {
    if (this.live.length === 0) return;
    const truth = this.#pick(this.live);
    this.#doubtful = truth;
    await (await this.#open(computer)).pin(truth.snapshot);
    truth.isPinned = true;
    this.#doubtful = null;
  }

  async #unpin(computer: Computer): Promise<void> {
    const pinned = this.live.filter((truth) => truth.isPinned);
    if (pinned.length === 0) return;
    const truth = this.#pick(pinned);
    this.#doubtful = truth;
    await (await this.#open(computer)).unpin(truth.snapshot);
    truth.isPinned = false;
    truth.mayBeGone = false;
    this.#doubtful = null;
  }

  async #note(computer: Computer): Promise<void> {
    if (this.live.length === 0) return;
    const truth = this.#pick(this.live);
    this.#doubtful = truth;
    const text = `note ${this.#random.below(1000)}`;
    const vault = await this.#open(computer);
    await vault.writeNote(truth.snapshot, text);
    const seen = (await vault.snapshots()).states.get(truth.snapshot.id)?.note;
    if (seen !== text) throw new Error(`the note reads "${seen}" instead of "${text}"`);
    this.#doubtful = null;
  }

  async #collect(computer: Computer): Promise<void> {
    const vault = await this.#open(computer);
    for (const one of (await vault.snapshots()).forgotten) {
      if ((await vault.undoEndsMs(one)) > this.#disk.nowMs + HOUR_MS) continue;
      const truth = this.#truths.get(one.id);
      if (truth !== undefined) truth.mayBeGone = true;
    }
    await vault.collect({ repackBytes: this.#pick([0, 100_000, Number.POSITIVE_INFINITY]) });
  }

  /** The rules, as the program applies them: what they take is forgotten, and nothing else. */
  async #prune(computer: Computer): Promise<void> {
    const vault = await this.#open(computer);
    const { snapshots, states } = await vault.snapshots();
    const { remove } = planRetention({
      policy: { everyForDays: 1, dailyForWeeks: 1, monthlyForMonths: 1, thenYearly: false, budgetBytes: null },
      nowMs: Math.max(...snapshots.map(({ record }) => Date.parse(record.statusDate))),
      timeZone: 'UTC',
      versions: snapshots.map(({ id, record }) => ({
        id,
        udid: record.udid,
        seq: record.seq,
        finishedMs: Date.parse(record.statusDate),
        statusMs: null,
        isPinned: states.get(id)?.isPinned ?? false,
        isGood: true,
      })),
    });
    for (const id of remove.slice(0, 3)) {
      const truth = this.#truths.get(id) as Truth;
      if (truth.isPinned) throw new Error('the rules took a pinned version');
      this.#doubtful = truth;
      await vault.forget([truth.snapshot], 'retention');
      truth.isForgotten = true;
      truth.mayBeGone = false;
      this.#doubtful = null;
    }
    await this.#collect(computer);
  }

  async #scrub(computer: Computer): Promise<void> {
    const vault = await this.#open(computer);
    const report = await vault.scrub({ everything: this.#random.below(2) === 0, maxBytes: 200_000 });
    if (!report.ok) throw new Error(`the scrub found ${JSON.stringify(report.problems[0])}`);
  }

  /** One wrong bit where a second copy, or the name, says what was right: it is found, and a repair makes it whole. */
  async #rot(computer: Computer): Promise<void> {
    if (this.#fault !== null) return;
    const healable = /\/(snapshots\/[^/]+|events|catalogs)\/[^/]+\.(json|db)$|README\.txt$/;
    const path = this.#pick(this.#disk.files().filter((one) => healable.test(one)));
    const right = this.#disk.bytesOf(path);
    const wrong = Buffer.from(right);
    const at = this.#random.below(wrong.length);
    wrong[at] = (wrong[at] as number) ^ (1 << this.#random.below(8));
    this.#disk.plant(path, wrong);
    const vault = await this.#open(computer);
    const report = await vault.scrub({ everything: true });
    const name = path.slice('/vault/'.length);
    if (!report.problems.some(({ file }) => file === name)) throw new Error(`the scrub did not find ${name}`);
    let touched: readonly Snapshot[] = [];
    try {
      const repair = await vault.repair();
      const { unrepaired } = repair;
      touched = repair.touched;
      // What no catalog of a version needs any more has no second copy either: it stays wrong, and waits for its sweep.
      if (unrepaired.some(({ snapshot, file }) => snapshot !== null || file !== name))
        throw new Error(`not repaired: ${JSON.stringify(unrepaired[0])}`);
    } catch (error) {
      if (!isBackstopError(error)) throw error;
      this.#disk.plant(path, right);
      throw error;
    }
    for (const snapshot of touched) await this.#check(vault, snapshot);
    const again = await vault.scrub({ everything: true });
    const left = again.problems.find(({ severity, snapshot }) => severity === 'error' && snapshot !== null);
    if (left !== undefined) throw new Error(`after the repair: ${JSON.stringify(left)}`);
  }

  /** As the program does it after a repair: read through, and what was seen is written down. */
  async #check(vault: Vault, snapshot: Snapshot): Promise<void> {
    const structure = await vault.checkStructure(snapshot);
    await using view = await vault.view(snapshot);
    const bytes = await vault.rehash([...view.entries(), ...view.tops()]);
    if (!structure.ok || !bytes.ok) throw new Error(`not whole after the repair: ${snapshot.file}`);
    const { device, seq, files } = snapshot.record;
    const verdict = { level: 'full', ok: true, opened: false, checked: files, problems: 0 } as const;
    await vault.recordEvent({ kind: 'verified', record: snapshot.id, device, seq, ...verdict });
    await vault.settleDamage(snapshot);
  }

  async #emptyTrash(computer: Computer): Promise<void> {
    const vault = await this.#open(computer);
    const { forgotten } = await vault.snapshots();
    for (const one of forgotten) {
      if (this.#random.below(3) > 0) continue;
      const truth = this.#truths.get(one.id);
      if (truth !== undefined) truth.mayBeGone = true;
      await vault.expire(one);
    }
    await this.#collect(computer);
  }

  // --- what happens to them ---------------------------------------------------------------------------------------

  #doubtful: Truth | null = null;

  /** The step may fail by a name; anything else is a finding. */
  async #run(name: string, work: () => Promise<void>): Promise<void> {
    let end = 'done';
    try {
      await work();
    } catch (error) {
      if (!isBackstopError(error)) throw error;
      end = error.code;
      const isExpected = this.#fault !== null || /busy|in-use|phone-busy|device-busy/.test(error.code);
      if (!isExpected) throw error;
      await this.#reconcile();
    }
    this.#count(`${name}: ${end}`);
  }

  async #inTrouble(name: string, computer: Computer, work: () => Promise<void>): Promise<void> {
    const kind = this.#pick(['killed', 'power cut', 'EIO', 'disk full'] as const);
    const fault: Fault = kind === 'EIO' ? { errno: 'EIO' } : kind === 'disk full' ? { errno: 'ENOSPC' } : 'stop';
    this.#fault = { fault, left: this.#random.below(60), stays: kind === 'disk full' };
    const isEnd = kind === 'killed' || kind === 'power cut';
    try {
      await work();
      this.#count(`${name}, ${kind}: done`);
    } catch (error) {
      const isOurs = isBackstopError(error) || (error instanceof Error && /computer has stopped/.test(error.message));
      if (!isOurs) throw error;
      this.#count(`${name}, ${kind}: ended`);
    }
    this.#fault = null;
    if (isEnd) await this.#kill(computer, kind === 'power cut');
    await this.#reconcile();
  }

  /** The processes of all computers end; with a power cut the disk keeps only what it promised. */
  async #kill(computer: Computer, isPowerCut: boolean): Promise<void> {
    const isHit = (one: Computer): boolean => isPowerCut || one === computer || one.io?.isStopped === true;
    const victims = this.#computers.filter(isHit);
    for (const victim of victims) {
      const sessions = this.#disk
        .files()
        .flatMap((path) => /leases\/.*-([0-9a-f-]{36})\.\d+\.json$/.exec(path)?.[1] ?? []);
      const vaultId = victim.vault?.id;
      const before = new Map(
        this.#disk
          .files()
          .filter((path) => path.includes('/leases/') || path.includes('/tmp/'))
          .map((path) => [path, this.#disk.bytesOf(path)]),
      );
      await this.#close(victim);
      if (vaultId === undefined) continue;
      // A killed process cleans nothing up: what closing has just removed is there again, and its locks are free.
      for (const [path, bytes] of before) {
        try {
          if (!this.#disk.files().includes(path)) this.#disk.plant(path, bytes);
        } catch {
          // Its staging folder is gone: as good as it gets.
        }
      }
      const locks = join(this.#scratch, victim.name, 'state', 'locks', vaultId);
      mkdirSync(locks, { recursive: true });
      for (const session of sessions) writeFileSync(join(locks, `${session}.lock`), '');
      if (isPowerCut) victim.boots += 1;
    }
    if (isPowerCut)
      this.#disk = this.#disk.crash(
        this.#pick(['random', 'nothing-unsynced', 'names-lost', 'data-lost', 'everything']),
        this.#random,
      );
  }

  /** What was in doubt is read off the disk; nothing else may have changed. */
  async #reconcile(): Promise<void> {
    const vault = await this.#open(this.#pick(this.#computers));
    const { snapshots, forgotten, states } = await vault.snapshots();
    for (const { content, udid, session } of this.#pending) {
      const made = snapshots.find(({ record }) => record.session === session);
      if (made !== undefined) this.#add(made, content, udid);
    }
    this.#pending = [];
    const truth = this.#doubtful;
    this.#doubtful = null;
    if (truth === null) return;
    const { id } = truth.snapshot;
    truth.isPinned = states.get(id)?.isPinned ?? false;
    if (snapshots.some((one) => one.id === id)) {
      truth.isForgotten = truth.isPinned ? truth.isForgotten : false;
    } else if (forgotten.some((one) => one.id === id)) truth.isForgotten = true;
  }

  async #restart(computer: Computer): Promise<void> {
    await this.#close(computer);
  }

  async #loseCache(computer: Computer): Promise<void> {
    await this.#close(computer);
    rmSync(join(this.#scratch, computer.name, 'cache'), { recursive: true, force: true });
  }

  #pass(ms: number): void {
    this.#disk.nowMs += ms;
    this.#uptimeMs += ms;
  }

  #goBack(): void {
    this.#disk.nowMs -= this.#random.below(5) * DAY_MS;
    this.#uptimeMs += HOUR_MS;
  }

  // --- small things -----------------------------------------------------------------------------------------------

  async #open(computer: Computer): Promise<Vault> {
    computer.vault ??= await Vault.open('/vault', this.#optionsOf(computer));
    return computer.vault;
  }

  #optionsOf(computer: Computer): Parameters<typeof Vault.open>[1] {
    const disk = (): MemoryDisk => this.#disk;
    computer.io = new WatchedIo(disk(), {
      fault: () => {
        const fault = this.#fault;
        if (fault === null) return null;
        fault.left -= 1;
        if (fault.left > 0) return null;
        if (!fault.stays && fault.left < 0 && fault.fault !== 'stop') return null;
        return fault.fault;
      },
    });
    const now = (): number => this.#disk.nowMs + computer.skewMs;
    return {
      host: { installation: computer.installation, name: computer.name, boot: `boot ${computer.boots}` },
      cacheDir: join(this.#scratch, computer.name, 'cache'),
      stateDir: join(this.#scratch, computer.name, 'state'),
      io: computer.io,
      clock: { now: () => new Date(now()), monotonicMs: () => this.#uptimeMs },
      // Whoever looks at a lease again and again, waiting for it to end, sees time pass.
      sinceBootMs: () => {
        this.#pass(LOOK_MS);
        return this.#uptimeMs;
      },
      policy: { singleFromBytes: 64 * 1024, packTargetBytes: 64 * 1024 },
      fanOut: 'flat',
      placement: async () => 'removable',
    };
  }

  async #close(computer: Computer): Promise<void> {
    const vault = computer.vault;
    computer.vault = null;
    await vault?.close();
  }

  #newPhone(): Map<string, Buffer> {
    const files = new Map<string, Buffer>();
    for (let at = 0; at < 25; at += 1) files.set(`file ${at}`, this.#random.bytes(100 + this.#random.below(4000)));
    files.set('large', this.#random.bytes(70_000));
    return files;
  }

  #mutate(udid: string): void {
    const files = this.#phones.get(udid) as Map<string, Buffer>;
    const changes = 1 + this.#random.below(6);
    for (let at = 0; at < changes; at += 1) {
      const name = `file ${this.#random.below(40)}`;
      if (this.#random.below(4) === 0) files.delete(name);
      else files.set(name, this.#random.bytes(this.#random.below(6000)));
    }
    if (this.#random.below(4) === 0) files.set('large', this.#random.bytes(60_000 + this.#random.below(20_000)));
  }

  #contentOf(udid: string): Content {
    const content = new Map(this.#phones.get(udid));
    content.set('Manifest.db', this.#random.bytes(900));
    content.set('Status.plist', this.#random.bytes(120));
    return content;
  }

  #add(snapshot: Snapshot, content: Content, udid: string): void {
    this.#truths.set(snapshot.id, {
      snapshot,
      content,
      udid,
      isForgotten: false,
      isPinned: false,
      mayBeGone: false,
      note: null,
    });
  }

  #pick<T>(list: readonly T[]): T {
    const found = list[this.#random.below(list.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
