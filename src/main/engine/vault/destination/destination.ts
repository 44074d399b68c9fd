import { BackstopError } from '../../../../shared/errors/index.ts';
import type {
  Answer,
  Attachment,
  Clock,
  DescribeOptions,
  TimeMachine,
  VolumeDescription,
} from '../../platform/index.ts';
import type { VaultIo } from '../io/index.ts';
import type { VaultDescription } from '../layout/description.ts';
import { destinationKind, policyFor, type VolumeKind } from '../layout/policy.ts';
import { type Caution, cautionsOf } from './cautions.ts';
import { cloudMarkerAbove, cloudServiceOf } from './cloud.ts';
import { type Place, placeOf } from './place.ts';
import { type ProbeFacts, probeDestination, readOnlyDisk } from './probe.ts';
import type { LastUse, Use, Verdicts } from './verdicts.ts';

/** Tells about the volume of a path; `describeVolume` of platform, or a test's own. */
export type DescribeVolume = (path: string, options: Pick<DescribeOptions, 'detail'>) => Promise<VolumeDescription>;

export interface DestinationParts {
  readonly io: VaultIo;
  readonly root: string;
  readonly clock: Clock;
  readonly verdicts: Verdicts;
  /** Null: nothing is known about the volume, as of a disk that only exists in a test. */
  readonly describe: DescribeVolume | null;
}

/** Everything that is known about where a vault lies. Facts that nobody told are `unknown` or null. */
export interface DestinationReport {
  readonly path: string;
  readonly mountPoint: string | null;
  readonly volumeId: string | null;
  readonly fileSystem: string | null;
  readonly attachment: Attachment;
  readonly readOnly: Answer;
  readonly encryptedAtRest: Answer;
  readonly timeMachine: TimeMachine;
  readonly cloudService: string | null;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly reflink: Answer;
  readonly caseSensitive: Answer;
  /** How the vault writes here; `fits`: as a vault made on this disk today would. */
  readonly policy: VaultDescription['policy'] & {
    readonly fanOut: VaultDescription['fanOut'];
    readonly suitedTo: VolumeKind;
    readonly fits: boolean;
  };
  /** The last test of this disk that still holds; null when there is none. */
  readonly probe: (ProbeFacts & { readonly probedAt: string }) | null;
  readonly lastUse: LastUse;
  readonly cautions: readonly Caution[];
  /** Who told: the addon or, without it, files and programs of the system. */
  readonly source: VolumeDescription['source'];
  readonly means: readonly string[];
}

/** The disk of one vault: whether it may be used, what is known about it, and how to write to it. */
export class Destination {
  readonly #parts: DestinationParts;
  #use: { readonly volume: VolumeDescription; readonly mark: Use } | null = null;

  constructor(parts: DestinationParts) {
    this.#parts = parts;
  }

  /** Throws when no vault may be made here, before anything is written. */
  async refuseUnfit(): Promise<void> {
    await this.#refuse(await this.#volume('quick'));
  }

  /** Tests a folder that is to become a vault; always anew. Answers what kind of disk it lies on. */
  async probeNew(): Promise<VolumeKind> {
    const { io, root } = this.#parts;
    const volume = await this.#volume('quick');
    const seen = await this.#probe(volume);
    return destinationKind(await io.statfs(root), volume, seen);
  }

  /**
   * Before something is written to a vault: is this disk, since it was last seen, still one that keeps it safely? The
   * test is repeated after every mount, and after a run that never took leave. Answers as `isNetwork`.
   */
  async enter(): Promise<{ readonly isNetwork: boolean }> {
    const volume = await this.#volume('quick');
    if (volume !== null) await this.#enter(volume);
    return { isNetwork: await this.#isNetwork(volume) };
  }

  async #enter(volume: VolumeDescription): Promise<void> {
    await this.#refuse(volume);
    const { verdicts } = this.#parts;
    if (verdicts.find(volume) === null) await this.#probe(volume);
    if (this.#use !== null && this.#use.volume.mount === volume.mount) return;
    this.#use?.mark.end();
    this.#use = { volume, mark: verdicts.begin(volume) };
  }

  /** A disk that is gone, or is another one by now, was not left properly: its mark stays for the next time. */
  async leave(): Promise<void> {
    const use = this.#use;
    this.#use = null;
    const volume = use === null ? null : await this.#volume('quick');
    if (use !== null && volume?.mount === use.volume.mount && volume.id === use.volume.id) use.mark.end();
  }

  /** On another computer: others may be writing, and names may appear late. */
  async isNetwork(): Promise<boolean> {
    return this.#isNetwork(await this.#volume('quick'));
  }

  async #isNetwork(volume: VolumeDescription | null): Promise<boolean> {
    const { io, root } = this.#parts;
    return destinationKind(await io.statfs(root), volume, null) === 'network';
  }

  /** How long new names took to appear in a listing when the disk was last tested. */
  async listingDelayMs(): Promise<number> {
    const volume = await this.#volume('quick');
    return volume === null ? 0 : (this.#parts.verdicts.find(volume)?.facts.listingDelayMs ?? 0);
  }

  async place(): Promise<Place> {
    return placeOf(this.#parts.root, await this.#volume('quick'));
  }

  /** `probe`: test the disk now; otherwise a test that still holds is told. */
  async report(
    own: VaultDescription,
    { probe = false }: { readonly probe?: boolean } = {},
  ): Promise<DestinationReport> {
    const { io, root, verdicts } = this.#parts;
    const volume = (await this.#volume('all')) ?? unknownVolume(root);
    const lastUse = verdicts.lastUse(volume);
    if (probe) {
      await this.#refuse(volume);
      await this.#probe(volume);
    }
    const verdict = verdicts.find(volume);
    const seen = verdict?.facts ?? null;
    const space = await io.statfs(root);
    const kind = destinationKind(space, volume, seen);
    const suited = policyFor(kind);
    const fits = suited.fanOut === own.fanOut && suited.policy.singleFromBytes === own.policy.singleFromBytes;
    return {
      path: volume.path,
      mountPoint: volume.mountPoint,
      volumeId: volume.id,
      fileSystem: volume.fileSystem,
      attachment: volume.attachment,
      readOnly: volume.readOnly,
      encryptedAtRest: volume.encrypted,
      timeMachine: volume.timeMachine,
      cloudService: await this.#cloudService(volume),
      freeBytes: space.freeBytes,
      totalBytes: space.totalBytes,
      reflink: seen === null || seen.reflink === 'unknown' ? volume.reflink : seen.reflink,
      caseSensitive: seen?.caseSensitive ?? 'unknown',
      policy: { ...own.policy, fanOut: own.fanOut, suitedTo: kind, fits },
      probe: verdict === null ? null : { ...verdict.facts, probedAt: verdict.probedAt },
      lastUse,
      cautions: cautionsOf(volume, seen, lastUse, fits),
      source: volume.source,
      means: volume.means,
    };
  }

  async #probe(volume: VolumeDescription | null): Promise<ProbeFacts> {
    const { io, root, clock, verdicts } = this.#parts;
    const facts = await probeDestination(io, root, { clock });
    if (volume !== null) {
      // A folder that did not exist may turn out to lie elsewhere than the folder above it.
      const now = (await this.#volume('quick')) ?? volume;
      verdicts.keep(now, facts, clock.now().toISOString());
    }
    return facts;
  }

  async #refuse(volume: VolumeDescription | null): Promise<void> {
    const { root } = this.#parts;
    const service = await this.#cloudService(volume);
    if (service !== null) throw new BackstopError('vault/cloud-folder', { data: { path: root, service } });
    if (volume?.readOnly === 'yes') throw readOnlyDisk(root);
  }

  async #cloudService(volume: VolumeDescription | null): Promise<string | null> {
    const { io, root } = this.#parts;
    const byName = cloudServiceOf(root) ?? (volume === null ? null : cloudServiceOf(volume.path));
    if (volume === null || byName !== null) return byName;
    return volume.cloudService ?? cloudMarkerAbove(io, volume.path);
  }

  async #volume(detail: 'quick' | 'all'): Promise<VolumeDescription | null> {
    const { describe, root } = this.#parts;
    return describe === null ? null : describe(root, { detail });
  }
}

function unknownVolume(path: string): VolumeDescription {
  return {
    path,
    mountPoint: null,
    id: null,
    mount: null,
    fileSystem: null,
    attachment: 'unknown',
    readOnly: 'unknown',
    reflink: 'unknown',
    encrypted: 'unknown',
    timeMachine: 'unknown',
    cloudService: null,
    source: 'fallback',
    means: [],
  };
}
