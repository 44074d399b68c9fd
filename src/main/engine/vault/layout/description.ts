import { join } from 'node:path';
import { z } from 'zod';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { readSmallFile, type VaultIo } from '../io/index.ts';
import { parseSelfHashed, selfHashedLine } from './canonical.ts';

/**
 * `vault.json` says what a vault is. It is written last at creation, with a copy, and never again; a later policy or
 * feature comes as `vault.<n>.json` of the same form, of which the highest valid number counts.
 */

export const VAULT_FORMAT = 'backstop-vault';
export const VAULT_VERSION = 1;
export const DESCRIPTION_FILE = 'vault.json';
export const DESCRIPTION_COPY = 'vault.copy.json';
export const LATER_DESCRIPTION = /^vault\.(\d{1,6})\.json$/;
const MAX_DESCRIPTION_BYTES = 1024 * 1024;
/** Features of the format that this program knows. Version 1 has none beyond its core. */
const KNOWN_FEATURES: ReadonlySet<string> = new Set();

const featureList = z.array(z.string().max(128)).max(1000);

export const descriptionSchema = z.object({
  format: z.literal(VAULT_FORMAT),
  version: z.number().int(),
  id: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  created: z.string(),
  features: z.object({ required: featureList, readonly_compatible: featureList, optional: featureList }),
  /** How packs and objects are spread over folders; fixed at creation. */
  fanOut: z.enum(['two-hex', 'flat']),
  policy: z.object({
    /** Objects of at least this size are files of their own. */
    singleFromBytes: z
      .number()
      .int()
      .min(4096)
      .max(1 << 30),
    packTargetBytes: z
      .number()
      .int()
      .min(65536)
      .max(1 << 30),
  }),
});
export type VaultDescription = Readonly<z.infer<typeof descriptionSchema>>;

export function encodeDescription(description: VaultDescription): Buffer {
  return selfHashedLine(description);
}

export type FoundDescription =
  | { readonly kind: 'found'; readonly description: VaultDescription; readonly isReadOnly: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' };

/** Reads what a folder says it is. Throws `vault/newer-format` when it needs more than this program knows. */
export async function readDescription(io: VaultIo, root: string): Promise<FoundDescription> {
  let isThere = false;
  let found: VaultDescription | null = null;
  for (const name of [DESCRIPTION_FILE, DESCRIPTION_COPY]) {
    const bytes = await readSmallFile(io, join(root, name), MAX_DESCRIPTION_BYTES);
    isThere ||= bytes !== null;
    found ??= bytes === null ? null : parse(bytes, root);
  }
  if (found === null) return isThere ? { kind: 'damaged' } : { kind: 'missing' };
  const later = (await io.readdir(root))
    .map((item) => ({ name: item.name, number: Number(LATER_DESCRIPTION.exec(item.name)?.[1] ?? -1) }))
    .filter(({ number }) => number >= 0)
    .sort((a, b) => b.number - a.number);
  for (const { name } of later) {
    const bytes = await readSmallFile(io, join(root, name), MAX_DESCRIPTION_BYTES);
    const changed = bytes === null ? null : parse(bytes, root);
    if (changed === null || changed.id !== found.id) continue;
    found = { ...changed, fanOut: found.fanOut };
    break;
  }
  refuseUnknown(found.features.required, root);
  const isReadOnly = found.features.readonly_compatible.some((feature) => !KNOWN_FEATURES.has(feature));
  return { kind: 'found', description: found, isReadOnly };
}

function parse(bytes: Buffer, root: string): VaultDescription | null {
  const value = parseSelfHashed(bytes);
  if (value === null) return null;
  // The version and the required features are looked at before the rest, which a later format may shape otherwise.
  const outline = z
    .looseObject({
      format: z.literal(VAULT_FORMAT),
      version: z.number(),
      features: z.looseObject({ required: featureList }),
    })
    .safeParse(value);
  if (!outline.success) return null;
  if (outline.data.version !== VAULT_VERSION) throw newer(root, [`format ${outline.data.version}`]);
  refuseUnknown(outline.data.features.required, root);
  const parsed = descriptionSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

function refuseUnknown(required: readonly string[], root: string): void {
  const unknown = required.filter((feature) => !KNOWN_FEATURES.has(feature));
  if (unknown.length > 0) throw newer(root, unknown);
}

function newer(root: string, needs: readonly string[]): BackstopError {
  return new BackstopError('vault/newer-format', {
    message: `${root} needs ${needs.join(', ')}`,
    data: { path: root, needs: needs.join(', ') },
  });
}
