import type { NewEvent, VaultEvent } from '../events.ts';
import { openDamage } from '../version-states.ts';
import type { Examination } from './examine.ts';
import { hashIn } from './findings.ts';

/**
 * Damage is over when an event says so. It may be said after a look at all that was named: nothing is wrong with the
 * version now, and every object that was called damaged has been read and is right. Damage that names no file was seen
 * by a check of the content; only such a check takes it back.
 */
export async function settle(
  context: { readonly record: (event: NewEvent) => Promise<unknown> },
  events: readonly VaultEvent[],
  { findings, unreadable, lost }: Pick<Examination, 'findings' | 'unreadable' | 'lost'>,
): Promise<string[]> {
  const blamed = new Set([...findings.blamed].map(hashIn));
  const over = openDamage(events).filter((event) => {
    if (event.files.length + event.objects.length === 0) return false;
    if (event.objects.some((name) => unreadable.has(name) || lost.has(name))) return false;
    if (event.record !== null) return !findings.versions.has(event.record);
    return !event.files.some((name) => blamed.has(name));
  });
  for (let at = 0; at < over.length; at += MAX_IDS) {
    const repairs = over.slice(at, at + MAX_IDS).map((event) => event.id);
    await context.record({ kind: 'repaired', record: null, device: null, seq: null, repairs });
  }
  return [...new Set(over.flatMap((event) => event.record ?? []))];
}

const MAX_IDS = 5000;
