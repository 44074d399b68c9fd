import { createHash } from 'node:crypto';
import type { BrowseKind, OutputOf } from '../../../../shared/contract/procedures/index.ts';
import { type ItemKind, openItems } from '../../browse/index.ts';
import { type BrowseContext, isoOf } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** Where an item is, over all versions of its phone. */

/** As versions are compared. */
const ITEMS: Readonly<Record<BrowseKind, readonly ItemKind[]>> = {
  photos: ['photos'],
  videos: ['photos'],
  messages: ['messages'],
  whatsapp: ['whatsapp'],
  notes: ['notes'],
  contacts: ['contacts'],
  calendar: ['calendar'],
  reminders: ['reminders'],
  calls: ['calls'],
  voicemail: ['voicemail'],
  'voice-memos': ['recordings'],
  safari: ['bookmarks', 'history'],
  health: [],
  apps: ['apps'],
  files: ['files'],
};

const MOST_SIGHTINGS = 20_000;
const BATCH = 500;

/** What was found in versions before; a version never changes. */
export class Whereabouts {
  readonly #seen = new Map<string, string | null | undefined>();

  forget(): void {
    this.#seen.clear();
  }

  async of(
    context: BrowseContext,
    version: OpenVersion,
    { kind, id }: { readonly kind: BrowseKind; readonly id: string },
  ): Promise<OutputOf<'browse.where'>> {
    const { snapshots } = await version.vault.snapshots(version.snapshot.record.udid);
    const versions: OutputOf<'browse.where'>['versions'] = [];
    let last: string | undefined;
    for (const snapshot of snapshots) {
      version.signal.throwIfAborted();
      const ref = { vault: version.ref.vault, snapshot: snapshot.id };
      const digest = await this.#digest(context, ref, kind, id);
      const state =
        digest === null
          ? 'unknown'
          : digest === undefined
            ? 'absent'
            : last !== undefined && last !== digest
              ? 'changed'
              : 'present';
      if (typeof digest === 'string') last = digest;
      versions.push({ snapshot: snapshot.id, at: isoOf(Date.parse(snapshot.record.finished)) ?? EPOCH, state });
    }
    return { versions };
  }

  /** Null: not known, as where its kind cannot be read whole; undefined: it is not there. */
  async #digest(
    context: BrowseContext,
    ref: { readonly vault: string; readonly snapshot: string },
    kind: BrowseKind,
    id: string,
  ): Promise<string | null | undefined> {
    const kinds = ITEMS[kind];
    if (kinds.length === 0) return null;
    const name = createHash('sha256').update(`${ref.snapshot}\0${kind}\0${id}`).digest('base64');
    if (this.#seen.has(name)) return this.#seen.get(name);
    const found = await context.backups.use(ref, (version) => digestOf(version, kind, kinds, id));
    if (this.#seen.size >= MOST_SIGHTINGS) this.#seen.clear();
    this.#seen.set(name, found);
    return found;
  }
}

const EPOCH = new Date(0).toISOString();

/** Another text when its owner would say that it changed; large kinds are looked into only for this one. */
async function digestOf(
  version: OpenVersion,
  kind: BrowseKind,
  kinds: readonly ItemKind[],
  id: string,
): Promise<string | null | undefined> {
  switch (kind) {
    case 'photos':
    case 'videos': {
      const library = await version.photos();
      const one = library.asset(id);
      if (one === null || one.isTrashed === true) return library.unreadable.length === 0 ? undefined : null;
      const { isFavourite, isHidden, isEdited, editedMs, takenMs, place, original } = one;
      return JSON.stringify([isFavourite, isHidden, isEdited, editedMs, takenMs, place, original.state]);
    }
    case 'messages': {
      const { reader, unreadable } = await version.messages();
      const one = reader?.message(id) ?? null;
      if (one === null || one.isRecentlyDeleted) return unreadable.length === 0 ? undefined : null;
      return JSON.stringify([one.text, one.isUnsent, one.editedMs, one.attachments.map(({ state }) => state)]);
    }
    case 'whatsapp':
      return whatsappDigest(version, id);
    case 'files': {
      const at = id.indexOf('/');
      const one = at < 0 ? null : version.backup.file(id.slice(0, at), id.slice(at + 1));
      return one === null ? undefined : JSON.stringify([one.sizeBytes, one.modified]);
    }
    default:
      return digestAmong(version, kinds, id);
  }
}

async function whatsappDigest(version: OpenVersion, id: string): Promise<string | null | undefined> {
  let isWhole = true;
  for (const variant of ['personal', 'business'] as const) {
    const { reader, unreadable } = await version.whatsapp(variant);
    const one = reader?.message(id) ?? null;
    if (one !== null) return JSON.stringify([one.text, one.kind, one.media?.state]);
    isWhole &&= unreadable.length === 0;
  }
  return isWhole ? undefined : null;
}

async function digestAmong(
  version: OpenVersion,
  kinds: readonly ItemKind[],
  id: string,
): Promise<string | null | undefined> {
  let isWhole = true;
  for (const kind of kinds) {
    const digests = await digestsOf(version, kind);
    const digest = digests.of.get(id);
    if (digest !== undefined) return digest;
    isWhole &&= digests.isWhole;
  }
  return isWhole ? undefined : null;
}

function digestsOf(version: OpenVersion, kind: ItemKind) {
  return version.list(`digests ${kind}`, async () => {
    const of = new Map<string, string>();
    await using list = await openItems(version.backup, kind);
    for (const { id, digest } of list.items()) {
      of.set(id, digest);
      if (of.size % BATCH === 0) await version.pause();
    }
    return { of, isWhole: list.unreadable.length === 0 };
  });
}
