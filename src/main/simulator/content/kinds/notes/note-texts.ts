import type { Random } from '../../random.ts';
import type { Language } from '../../text/language.ts';
import { type NoteRun, STYLE } from './note-body.ts';

export type NoteShape =
  | 'plain'
  | 'list'
  | 'checklist'
  | 'link'
  | 'table'
  | 'picture'
  | 'locked'
  | 'trashed'
  | 'pinned'
  | 'deleted'
  | 'blank';

/** Every phone has each of these, in this order. */
export const noteGallery: readonly NoteShape[] = [
  'checklist',
  'plain',
  'table',
  'picture',
  'locked',
  'trashed',
  'pinned',
  'list',
  'link',
  'deleted',
  'blank',
];

export interface NoteAttachment {
  readonly identifier: string;
  readonly uti: string;
}

/** The runs of a note; the first is its title. */
export function noteRuns(
  shape: NoteShape,
  random: Random,
  language: Language,
  attachment: NoteAttachment | null,
): NoteRun[] {
  const title: NoteRun = { text: `${random.pick(language.notes)}\n`, style: STYLE.title };
  const items = Array.from({ length: random.between(2, 7) }, () => random.pick(language.items));
  switch (shape) {
    case 'checklist':
      return [
        title,
        ...items.map((item) => ({ text: `${item}\n`, style: STYLE.checklist, checked: random.chance(50) })),
      ];
    case 'list':
      return [
        title,
        { text: `${random.pick(language.events)}\n`, style: STYLE.heading },
        ...items.map((item, index) => ({
          text: `${item}\n`,
          style: [STYLE.bullet, STYLE.dash, STYLE.numbered][index % 3] ?? STYLE.bullet,
          indent: index % 2,
        })),
        { text: 'let x = 1;\n', style: STYLE.monospaced },
      ];
    case 'link':
      return [
        title,
        { text: 'https://example.org/' },
        { text: ` ${random.pick(language.messages)}`, link: 'https://example.org/' },
      ];
    case 'table':
    case 'picture':
      if (attachment === null) break;
      return [title, { text: `${random.pick(language.messages)}\n` }, { text: '\ufffc', attachment }, { text: '\n👆' }];
    case 'blank':
      return [];
    default:
      break;
  }
  return [
    title,
    { text: `${random.pick(language.messages)} ` },
    { text: `${random.pick(language.items)} `, weight: random.between(1, 3) },
    { text: random.pick(language.messages), underlined: random.chance(50), struck: random.chance(20) },
    { text: '\n👨‍👩‍👧‍👦 é ｅ́ שלום مرحبا 你好\n' },
    ...Array.from({ length: random.below(4) }, () => ({ text: `${random.pick(language.messages)}\n` })),
  ];
}
