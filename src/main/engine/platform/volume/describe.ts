import { dirname, resolve } from 'node:path';
import { scaledMs } from '../time.ts';
import { type AddonFacts, addonFindings, type VolumeAddon, volumeAddon } from './addon.ts';
import { cloudServiceOfFolder } from './cloud-folders.ts';
import { linuxFindings } from './linux.ts';
import { fileVault, macFindings, timeMachine } from './macos.ts';
import { thisSystem } from './system-reader.ts';
import type { SystemReader, VolumeDescription, VolumeFindings } from './types.ts';
import { windowsFindings } from './windows.ts';

export interface DescribeOptions {
  /** Also what costs a process: FileVault and Time Machine on a Mac. By default everything is told. */
  readonly detail?: 'all' | 'quick';
  readonly system?: SystemReader;
  /** Null: as if it were not built. */
  readonly addon?: VolumeAddon | null;
}

/** A share whose server is gone answers when it likes. */
const ADDON_MS = scaledMs(10_000);

/**
 * What is known about the volume that holds `path`, or would hold it: of a path that is not there yet, the nearest
 * folder above is looked at. Never throws: a source that fails has told nothing.
 */
export async function describeVolume(path: string, options: DescribeOptions = {}): Promise<VolumeDescription> {
  const system = options.system ?? thisSystem;
  const addon = options.addon === undefined ? volumeAddon() : options.addon;
  const there = await nearest(system, resolve(path));
  const facts = addon === null ? null : await askAddon(addon, there);
  const means: string[] = facts === null ? [] : ['addon'];
  let findings: VolumeFindings = facts === null ? {} : addonFindings(facts);
  // On Linux the addon only adds to the plain files; elsewhere it tells what the programs would, without starting them.
  const isEnough = facts !== null && system.platform !== 'linux' && Object.keys(facts).length > 0;
  if (!isEnough) {
    const fallback = await FALLBACKS[system.platform]?.(system, there);
    // Both tell of a mount: one number is never used twice, the other knows this run of the computer and the disk.
    const mount = [facts?.mount, fallback?.findings.mount].filter((text) => typeof text === 'string').join(' ');
    findings = { ...merged(findings, fallback?.findings ?? {}), mount: mount === '' ? null : mount };
    means.push(...(fallback?.means ?? []));
  }
  if (system.platform === 'darwin' && options.detail !== 'quick') {
    findings = merged(findings, { encrypted: await fileVault(system, there) });
    findings = merged(findings, { timeMachine: await timeMachine(system, there, facts?.timeMachineExcluded) });
    means.push('diskutil', 'tmutil');
  }
  const cloudService = findings.cloudService ?? (await cloudServiceOfFolder(system, there));
  return {
    path: there,
    mountPoint: findings.mountPoint ?? null,
    id: stableId(findings),
    mount: findings.mount ?? null,
    fileSystem: findings.fileSystem ?? null,
    attachment: findings.attachment ?? 'unknown',
    readOnly: findings.readOnly ?? 'unknown',
    reflink: findings.reflink ?? 'unknown',
    encrypted: findings.encrypted ?? 'unknown',
    timeMachine: findings.timeMachine ?? (system.platform === 'darwin' ? 'unknown' : 'none'),
    cloudService,
    source: facts === null ? 'fallback' : 'addon',
    means,
  };
}

const FALLBACKS: Partial<
  Record<NodeJS.Platform, (system: SystemReader, path: string) => ReturnType<typeof linuxFindings>>
> = { linux: linuxFindings, darwin: macFindings, win32: windowsFindings };

/** What the first source knows stands; what it does not know the second may. */
function merged(first: VolumeFindings, second: VolumeFindings): VolumeFindings {
  const known = Object.entries(first).filter(
    ([, value]) => value !== undefined && value !== null && value !== 'unknown',
  );
  return { ...second, ...Object.fromEntries(known) };
}

/** What lives in memory gets a new number each time: that names nothing that lasts. */
function stableId({ id, attachment }: VolumeFindings): string | null {
  return attachment === 'memory' ? null : (id ?? null);
}

async function nearest(system: SystemReader, path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const real = await system.realPath(folder);
    if (real !== null) return real;
    if (folder === dirname(folder)) return path;
  }
}

async function askAddon(addon: VolumeAddon, path: string): Promise<AddonFacts | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((done) => {
    timer = setTimeout(() => done(null), ADDON_MS);
  });
  try {
    return await Promise.race([addon(path), late]);
  } catch {
    // It told something that it cannot know; the other sources are asked instead.
    return null;
  } finally {
    clearTimeout(timer);
  }
}
