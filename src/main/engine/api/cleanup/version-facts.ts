import { verificationLevelSchema } from '../../../../shared/contract/index.ts';
import type { VersionFacts } from '../../../../shared/rules/guidance/index.ts';
import { openDamage, type Snapshot, type SnapshotList, type Vault } from '../../vault/index.ts';

/** What the vault's own notes say about a version: nothing here is read from its content. */

type NoteFacts = Pick<VersionFacts, 'verified' | 'damaged' | 'passwordTestedAt' | 'pinned' | 'pinnedUntil'> & {
  /** Did its newest check find it whole? Null: it was never checked. */
  readonly lastCheckOk: boolean | null;
};

export function noteFacts(
  { id }: Pick<Snapshot, 'id'>,
  { events, states }: Pick<SnapshotList, 'events' | 'states'>,
): NoteFacts {
  const own = events.flatMap((event) => (event.kind === 'verified' && event.record === id ? [event] : []));
  own.sort((a, b) => (a.at < b.at ? -1 : 1));
  let verified: VersionFacts['verified'] = null;
  let passwordTestedAt: string | null = null;
  for (const { level: name, ok, at, opened } of own) {
    const level = verificationLevelSchema.safeParse(name);
    if (!level.success) continue;
    // What was found before something was wrong proves nothing any more.
    if (!ok) [verified, passwordTestedAt] = [null, null];
    else {
      if (verified === null || depth(level.data) >= depth(verified.level)) verified = { level: level.data, at };
      if (opened) passwordTestedAt = at;
    }
  }
  const isDamaged = openDamage(events).some((event) => event.record === id);
  const state = states.get(id);
  return {
    verified: isDamaged ? null : verified,
    damaged: isDamaged || own.at(-1)?.ok === false,
    lastCheckOk: isDamaged ? false : (own.at(-1)?.ok ?? null),
    passwordTestedAt,
    pinned: state?.isPinned ?? false,
    pinnedUntil: state?.pinnedUntilMs == null ? null : new Date(state.pinnedUntilMs).toISOString(),
  };
}

function depth(level: (typeof verificationLevelSchema)['options'][number]): number {
  return verificationLevelSchema.options.indexOf(level);
}

/** First digits of the SHA-256 of its Manifest.db, as it lies in the vault: anybody can look it up by hand. */
export async function manifestIdOf(vault: Vault, snapshot: Snapshot, signal?: AbortSignal): Promise<string> {
  await using view = await vault.view(snapshot, signal === undefined ? {} : { signal });
  const hash = view.top('Manifest.db')?.hash?.toString('hex') ?? snapshot.id;
  return hash.slice(0, 12);
}
