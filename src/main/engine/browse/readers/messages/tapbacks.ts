import type { Tapback, TapbackKind } from './types.ts';

/** `associated_message_type` of an app's sticker that was put on a message. */
const STICKER = 1000;
const FIRST = 2000;
const FIRST_REMOVAL = 3000;
const AFTER_LAST = 4000;
/** From 2000 on; the same from 3000 on for taking back. */
const KINDS: readonly TapbackKind[] = ['love', 'like', 'dislike', 'laugh', 'emphasise', 'question', 'emoji', 'sticker'];

/** The same in SQL, for a column that may be null. */
export const REACTION_RANGE = `= ${STICKER} OR %s BETWEEN ${FIRST} AND ${AFTER_LAST - 1}`;

export function isReaction(type: number | null): boolean {
  return type === STICKER || (type !== null && type >= FIRST && type < AFTER_LAST);
}

/** `associated_message_type` of messages as people count them: plain ones and balloons of apps. */
export const ORDINARY_TYPES: readonly number[] = [0, 2, 3];

export function tapbackKind(type: number): { readonly kind: TapbackKind; readonly isRemoval: boolean } {
  if (type === STICKER) return { kind: 'sticker', isRemoval: false };
  const isRemoval = type >= FIRST_REMOVAL;
  return { kind: KINDS[type - (isRemoval ? FIRST_REMOVAL : FIRST)] ?? 'unknown', isRemoval };
}

/** "p:2/GUID" is part 2 of a message, "bp:GUID" its balloon, "GUID" all of it. Null for what names no message. */
export function parseTarget(text: string | null): { readonly messageId: string; readonly part: number | null } | null {
  if (text === null || text === '') return null;
  const match = /^p:(\d{1,4})\/(.+)$/s.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined) return { messageId: match[2], part: Number(match[1]) };
  const rest = text.startsWith('bp:') ? text.slice(3) : text.slice(text.indexOf('/') + 1);
  return rest === '' ? null : { messageId: rest, part: null };
}

/** All that may stand in `associated_message_guid` for a message of so many parts. */
export function targetSpellings(messageId: string, parts: number): string[] {
  const spellings = [messageId, `bp:${messageId}`];
  for (let part = 0; part < parts; part += 1) spellings.push(`p:${part}/${messageId}`);
  return spellings;
}

/**
 * What is to be seen on the message: of each person and part the last one that was not taken back. Stickers stay beside
 * each other.
 */
export function currentTapbacks(tapbacks: readonly Tapback[]): readonly Tapback[] {
  const shown = new Map<string, Tapback>();
  for (const tapback of tapbacks) {
    const person = `${tapback.targetPart ?? ''} ${tapback.isFromMe ? 'me' : (tapback.sender ?? '?')}`;
    const key = tapback.kind === 'sticker' ? `${person} ${tapback.isRemoval ? '' : tapback.id}` : person;
    if (!tapback.isRemoval) {
      shown.delete(key);
      shown.set(key, tapback);
    } else if (tapback.kind === 'sticker') {
      const last = [...shown].findLast(([name, one]) => name.startsWith(`${person} `) && one.kind === 'sticker');
      if (last !== undefined) shown.delete(last[0]);
    } else if (shown.get(key)?.kind === tapback.kind) shown.delete(key);
  }
  return [...shown.values()];
}
