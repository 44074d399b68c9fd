import { DAY } from './calendar-time.ts';
import type { Contents } from './contents.ts';
import type { ItemCounts, Mutation, MutationSummary } from './types.ts';
import type { World } from './world.ts';

type Below = (limit: number) => number;
type Verb = 'delete' | 'add' | 'edit';
type KindName = keyof ItemCounts;

const kindNames: readonly KindName[] = ['photos', 'videos', 'conversations', 'messages', 'contacts', 'notes', 'apps'];

/** Changes the phone as a day of use does: databases, files and truth together. */
export function applyMutation(world: World, contents: Contents, mutation: Mutation): MutationSummary {
  const step = world.next('mutation');
  const random = world.stream(`mutation/${step}`);
  const below: Below = (limit) => random.below(limit);
  world.clock.advance(DAY);
  world.tree.startJournal();
  const touched: Record<Verb, Record<string, number>> = { delete: {}, add: {}, edit: {} };
  if ('percent' in mutation) changePercent(world, contents, mutation.percent, below, touched);
  else {
    for (const verb of ['delete', 'add', 'edit'] as const) {
      for (const name of kindNames) {
        const count = mutation[verb]?.[name] ?? 0;
        if (count > 0) touched[verb][name] = act(contents, verb, name, count, below);
      }
    }
  }
  world.publishDatabases();
  const { added, changed, removed } = world.tree.journal;
  return {
    addedFiles: added.size,
    changedFiles: changed.size,
    removedFiles: removed,
    deleted: touched.delete,
    added: touched.add,
    edited: touched.edit,
  };
}

/** Does one thing to some items and says how many there were. */
function act(contents: Contents, verb: Verb, name: KindName, count: number, below: Below): number {
  const { photos, messages, contacts, notes, apps } = contents;
  switch (name) {
    case 'photos':
    case 'videos':
      if (verb === 'add') return photos.add(name, count);
      return verb === 'delete' ? photos.remove(name, count, below) : photos.edit(name, count, below);
    case 'conversations':
      if (verb === 'add') return messages.addConversations(count);
      return verb === 'delete' ? messages.removeConversations(count, below) : messages.editConversations(count, below);
    case 'messages':
      if (verb === 'add') return messages.addMessages(count);
      return verb === 'delete' ? messages.removeMessages(count, below) : messages.editMessages(count, below);
    case 'contacts':
      if (verb === 'add') return contacts.add(count);
      return verb === 'delete' ? contacts.remove(count, below) : contacts.edit(count, below);
    case 'notes':
      if (notes === null) return 0;
      if (verb === 'add') return notes.add(count);
      return verb === 'delete' ? notes.remove(count, below) : notes.edit(count, below);
    case 'apps':
      if (verb === 'add') return apps.add(count);
      return verb === 'delete' ? apps.remove(count, below) : apps.edit(count, below);
  }
}

/** Touches so many percent of the files: three fifths edited, a fifth new, a fifth gone. */
function changePercent(
  world: World,
  contents: Contents,
  percent: number,
  below: Below,
  touched: Record<Verb, Record<string, number>>,
): void {
  const target = Math.max(1, Math.round((world.tree.fileCount * Math.min(100, Math.max(0, percent))) / 100));
  const { photos, messages, contacts, notes, apps } = contents;
  const bulk = apps.bulk.count;
  const note = (verb: Verb, name: KindName, count: number): void => {
    if (count > 0) touched[verb][name] = (touched[verb][name] ?? 0) + count;
  };
  if (target >= 20) {
    const share = Math.max(1, Math.floor(target / 40));
    note('delete', 'photos', photos.remove('photos', share, below));
    note('add', 'photos', photos.add('photos', share));
    note('edit', 'photos', photos.edit('photos', share, below));
    note('add', 'messages', messages.addMessages(share));
  }
  const room = (): number => target - world.tree.journal.size - world.dirtyDatabases;
  const fifth = Math.floor(target / 5);
  apps.bulk.remove(Math.min(fifth, Math.floor(bulk / 2), Math.max(0, room())), below);
  apps.addBulk(Math.min(fifth, Math.max(0, room())));
  const edits = Math.max(0, room());
  apps.bulk.edit(Math.min(edits, apps.bulk.count), below);
  /** A phone with hardly any app data: what is in databases first, as an edit there is one changed file. */
  if (room() > 0) note('edit', 'messages', messages.editMessages(1, below));
  if (room() > 0) note('edit', 'contacts', contacts.edit(1, below));
  if (room() > 0) note('edit', 'notes', notes?.edit(1, below) ?? 0);
  if (room() > 0) note('edit', 'videos', photos.edit('videos', Math.ceil(room() / 3), below));
  if (room() > 0) note('edit', 'photos', photos.edit('photos', Math.ceil(room() / 3), below));
}
