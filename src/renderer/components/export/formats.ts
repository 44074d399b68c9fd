import type { BrowseKind } from '../../../shared/contract/procedures/index.ts';
import { type TextKey, t } from '../../text/index.ts';

/** What each kind can be saved as: the engine's word for it (null: what suits the kind), and ours. */
export interface ExportFormat {
  readonly id: string;
  readonly format: string | null;
  readonly label: string;
}

const ORIGINAL = [[null, 'export.format.original']] as const;
const CONVERSATIONS = [
  ['pdf', 'export.format.pdf'],
  ['html', 'export.format.html'],
  ['text', 'export.format.text'],
  ['json', 'export.format.json'],
  ['csv', 'export.format.csv'],
] as const;
const RECORDINGS = [[null, 'export.format.recordings']] as const;
const CALENDAR = [[null, 'export.format.ics']] as const;
const LIST = [[null, 'export.format.csv']] as const;

const FORMATS: Readonly<Record<BrowseKind, ReadonlyArray<readonly [string | null, TextKey]>>> = {
  photos: ORIGINAL,
  videos: ORIGINAL,
  messages: CONVERSATIONS,
  whatsapp: CONVERSATIONS,
  notes: [
    ['markdown', 'export.format.markdown'],
    ['html', 'export.format.html'],
  ],
  contacts: [
    ['vcard', 'export.format.vcard'],
    ['vcard4', 'export.format.vcard4'],
  ],
  calendar: CALENDAR,
  reminders: CALENDAR,
  calls: LIST,
  voicemail: RECORDINGS,
  'voice-memos': RECORDINGS,
  safari: LIST,
  health: [[null, 'export.format.json']],
  apps: ORIGINAL,
  files: ORIGINAL,
};

export function formatsOf(kind: BrowseKind): readonly ExportFormat[] {
  return FORMATS[kind].map(([format, label]) => ({ id: format ?? 'usual', format, label: t(label) }));
}
