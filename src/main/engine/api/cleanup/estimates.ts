import type { CleanupEstimates } from '../../../../shared/contract/index.ts';
import { type CleanupOption, cleanupOptionSchema } from '../../../../shared/rules/guidance/index.ts';
import type { usageOf } from '../../browse/index.ts';

type Usage = Awaited<ReturnType<typeof usageOf>>;
type Estimate = CleanupEstimates['estimates'][number];

/** What compression saves of a photo, as ux.md § 13.1 estimates it. */
const COMPRESSIBLE = 0.4;

/**
 * What each way to clean up could free (requirement R3), by what is in a version. What was counted there is measured, what
 * depends on a choice still to be made is an estimate, and of what no backup holds nothing is known.
 */
export function estimatesOf(usage: Usage | null, at: string | null): Estimate[] {
  const known = usage === null ? {} : figuresOf(usage);
  return cleanupOptionSchema.options.map((option): Estimate => {
    const figure = known[option];
    if (figure === undefined) return { option, bytes: null, items: null, basis: 'unknown', from: 'none', at: null };
    return { option, ...figure, from: 'version', at };
  });
}

type Figure = Pick<Estimate, 'bytes' | 'items' | 'basis'>;

function figuresOf(usage: Usage): Partial<Record<CleanupOption, Figure>> {
  const category = (kind: string): { bytes: number; files: number } =>
    usage.categories.find((one) => one.category === kind) ?? { bytes: 0, files: 0 };
  const sum = (items: readonly { readonly bytes: number }[]): number =>
    items.reduce((all, { bytes }) => all + bytes, 0);
  const cleanup = (kind: string): Figure => {
    const found = usage.cleanups.find((one) => one.kind === kind);
    return { bytes: found?.estimatedBytes ?? 0, items: found?.items ?? 0, basis: 'measured' };
  };
  const duplicates: Figure = {
    bytes: sum(usage.exactDuplicates) + sum(usage.nearDuplicates),
    items: usage.exactDuplicates.length + usage.nearDuplicates.length,
    basis: 'estimated',
  };
  const photos = category('photos');
  return {
    'compress-photos': {
      bytes: Math.round(photos.bytes * COMPRESSIBLE),
      items: photos.files,
      basis: 'estimated',
    },
    // How many go is their owner's choice; what looks alike is where most begin.
    'delete-unreviewed-photos': { ...duplicates },
    'large-videos': cleanup('large-videos'),
    screenshots: cleanup('screenshots'),
    'reviewed-duplicates': duplicates,
    'bulk-duplicates': duplicates,
    'message-attachments': cleanup('message-attachments'),
    'chat-media': cleanup('whatsapp-media'),
    'remove-apps': {
      bytes: usage.apps.reduce((all, { bytes }) => all + bytes, 0),
      items: usage.apps.length,
      basis: 'estimated',
    },
    'safari-data': { bytes: category('safari').bytes, items: null, basis: 'estimated' },
  };
}
