import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { answer, type VolumeFindings } from './types.ts';

/** The addon of `native/`, where somebody built it. Everything works without it, and tells less. */

const factsSchema = z.object({
  id: z.string().max(200).optional(),
  fileSystem: z.string().max(64).optional(),
  mount: z.string().max(64).optional(),
  cloudName: z.string().max(200).optional(),
  readOnly: z.boolean().optional(),
  network: z.boolean().optional(),
  internal: z.boolean().optional(),
  reflink: z.boolean().optional(),
  encrypted: z.boolean().optional(),
  timeMachineExcluded: z.boolean().optional(),
  cloud: z.boolean().optional(),
});
export type AddonFacts = z.infer<typeof factsSchema>;

export type VolumeAddon = (path: string) => Promise<AddonFacts>;

let loaded: VolumeAddon | null | undefined;

/** Null when it was not built, or not for this system. */
export function volumeAddon(): VolumeAddon | null {
  loaded ??= load();
  return loaded;
}

function load(): VolumeAddon | null {
  const file = addonFile(dirname(fileURLToPath(import.meta.url)));
  if (file === null) return null;
  try {
    const module: unknown = createRequire(import.meta.url)(file);
    const { describeVolume } = z
      .object({ describeVolume: z.custom<(path: string) => unknown>(isFunction) })
      .parse(module);
    return async (path) => factsSchema.parse(await describeVolume(path));
  } catch {
    // Built for another system, or half: as if it were not there.
    return null;
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** `native/build/volume.node` of the program, wherever this file was bundled to. */
function addonFile(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'native', 'build', 'volume.node');
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) return null;
  }
}

export function addonFindings(facts: AddonFacts): VolumeFindings {
  const { id, mount, fileSystem, network, internal, cloud, cloudName } = facts;
  const attachment =
    network === true ? 'network' : internal === true ? 'internal' : internal === false ? 'removable' : undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(mount === undefined ? {} : { mount }),
    ...(fileSystem === undefined ? {} : { fileSystem: fileSystem.toLowerCase() }),
    ...(attachment === undefined ? {} : { attachment }),
    ...(cloud === true ? { cloudService: cloudTitle(cloudName) } : {}),
    readOnly: answer(facts.readOnly),
    reflink: answer(facts.reflink),
    encrypted: answer(facts.encrypted),
  };
}

/** Systems name a service by its program: `com.apple.CloudDocs.MobileDocumentsFileProvider/…`, `OneDrive`. */
export function cloudTitle(name: string | undefined): string {
  const known: ReadonlyArray<readonly [RegExp, string]> = [
    [/CloudDocs|icloud/i, 'iCloud Drive'],
    [/onedrive/i, 'OneDrive'],
    [/dropbox/i, 'Dropbox'],
    [/google/i, 'Google Drive'],
    [/box/i, 'Box'],
  ];
  return known.find(([pattern]) => pattern.test(name ?? ''))?.[1] ?? 'a cloud service';
}
