import type { FaultRequest } from '../../faults.ts';
import type { Json, JsonObject } from '../../json.ts';

/**
 * The kinds that begin with `backup-`: one word for what is asked for most. They need no place, and they go on happening
 * until they are cleared, unless `times` says how often.
 */
const UNTIL_CLEARED = 1_000_000_000;
const TWO_GIBIBYTES = 0x8000_0000;
const FIRST_UPLOAD = { message: 'UploadFiles', index: 1 } as const;

type Expand = (at: JsonObject, options: JsonObject) => readonly FaultRequest[];

const one = (kind: string, at: JsonObject, options: JsonObject): readonly FaultRequest[] => [{ kind, at, options }];

const atMessage =
  (kind: string, fixed: JsonObject = {}): Expand =>
  (at, options) =>
    one(kind, { message: 1, ...at }, { ...fixed, ...options });

const ofConversation =
  (kind: string): Expand =>
  (at, options) =>
    one(kind, at, options);

const withPath =
  (kind: string, fixed: JsonObject = {}): Expand =>
  (_at, { path = '*', ...options }) =>
    one(kind, { file: path }, { ...fixed, ...options });

const SHORT_FORMS: Readonly<Record<string, Expand>> = {
  'backup-drop': atMessage('drop'),
  'backup-stall': atMessage('stall'),
  'backup-garbage': atMessage('garbage', { length: 1000, afterwards: 'drop' }),
  'backup-length': atMessage('wrong-length', { afterwards: 'drop' }),
  'backup-unknown': atMessage('unknown-message'),
  'backup-error': atMessage('error'),
  'backup-drop-in-file': (at, options) => one('drop', { file: '*', ...at }, options),
  'backup-block-length': withPath('wrong-length', { field: 'block', length: TWO_GIBIBYTES, afterwards: 'drop' }),
  'backup-name-length': withPath('wrong-length', { field: 'host-name', length: TWO_GIBIBYTES, afterwards: 'drop' }),
  'backup-hostile-names': (_at, { names, ...options }) =>
    listOf(names).flatMap((name) => one('hostile-name', FIRST_UPLOAD, { ...options, name: repeated(String(name)) })),
  'backup-hostile-move': (_at, { from = '', to = '', ...options }) =>
    one('hostile-name', { message: 'MoveItems', index: 1 }, { ...options, in: 'move-from', name: from, other: to }),
  'backup-unreadable': withPath('unreadable', { keepRow: true }),
  'backup-missing-payload': withPath('missing-payload'),
  'backup-xml': ofConversation('xml'),
  'backup-files-spelling': ofConversation('files-spelling'),
  'backup-extra-elements': ofConversation('extra-elements'),
  'backup-no-response': ofConversation('no-response'),
  'backup-leave-snapshot': ofConversation('snapshot-left'),
  'backup-status': ofConversation('status-state'),
  'backup-final-error': (_at, options) => one('error', { message: 'Response' }, { code: 1, ...options }),
  'backup-drop-after-change': (_at, options) =>
    one('drop', { message: 'Response', request: 'ChangePassword' }, options),
};

/** The full requests that a short form stands for; null when it is none. */
export function expandShortForm({ kind, at, options }: FaultRequest): readonly FaultRequest[] | null {
  const expand = Object.hasOwn(SHORT_FORMS, kind) ? SHORT_FORMS[kind] : undefined;
  return expand?.(at, { times: UNTIL_CLEARED, ...options }) ?? null;
}

function listOf(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new Error('"names" is a list of texts');
  return value;
}

/** `repeat:65536` is a name of so many letters. */
function repeated(name: string): string {
  const times = /^repeat:(\d{1,7})$/.exec(name)?.[1];
  return times === undefined ? name : 'x'.repeat(Number(times));
}
