import { parseArgs } from 'node:util';
import type { BrowsedKind, VerificationLevel } from '../../shared/contract/index.ts';
import { BackstopError } from '../../shared/errors/index.ts';
import { type RetentionPreset, retentionPresets } from '../../shared/rules/retention/index.ts';

export type CommandName =
  | 'devices'
  | 'at-risk'
  | 'rescue'
  | 'pair'
  | 'encryption'
  | 'backup'
  | 'snapshots'
  | 'show'
  | 'verify'
  | 'export'
  | 'forget'
  | 'unforget'
  | 'trash'
  | 'ls'
  | 'cat'
  | 'extract'
  | BrowsedKind
  | 'search'
  | 'coverage'
  | 'diff'
  | 'cleanup'
  | 'where'
  | 'usage'
  | 'pin'
  | 'unpin'
  | 'note'
  | 'prune'
  | 'scrub'
  | 'repair'
  | 'vault'
  | 'serve'
  | 'demo'
  | 'help'
  | 'version';

export interface CommandLine {
  readonly command: CommandName;
  /** The command that `--help` was asked about, when it was. */
  readonly helpFor: CommandName | null;
  readonly positionals: readonly string[];
  readonly json: boolean;
  readonly vault: string | null;
  readonly passwordFile: string | null;
  readonly newPasswordFile: string | null;
  readonly full: boolean;
  readonly unencrypted: boolean;
  readonly force: boolean;
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly policy: RetentionPreset | null;
  /** Bytes; null: not said. */
  readonly budget: number | null;
  /** A backup folder in place of a version. */
  readonly folder: string | null;
  readonly domain: string | null;
  readonly limit: number | null;
  /** Id of a conversation. */
  readonly chat: string | null;
  readonly kind: string | null;
  /** A folder to take things out to. */
  readonly export: string | null;
  readonly format: string | null;
  readonly ids: readonly string[] | null;
  readonly path: string | null;
  /** A day, as it was typed. */
  readonly until: string | null;
  readonly reason: string | null;
  readonly due: boolean;
  readonly maxBytes: number | null;
  /** Bytes a second. */
  readonly rate: number | null;
  readonly level: VerificationLevel | null;
  readonly udid: string | null;
  /** Of what is gone from a phone. */
  readonly part: 'unexpected' | 'expected' | 'all';
  /** Bundle ids. */
  readonly apps: readonly string[];
  readonly serve: ServeChoice;
}

/** How `serve` listens. */
export interface ServeChoice {
  /** Null: the usual one, or any that is free. */
  readonly port: number | null;
  readonly host: string;
  /** Open the link in the browser. */
  readonly open: boolean;
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly selfSigned: boolean;
}

interface Shape {
  readonly usage: string;
  readonly summary: string;
  readonly positionals: readonly [min: number, max: number];
  readonly flags: readonly string[];
}

const MANY = 10_000;

/** The command that lists one kind of data. */
function listing(kind: BrowsedKind, what: string): Shape {
  const hasGroups = kind === 'messages' || kind === 'whatsapp';
  return {
    usage: `${kind} SNAPSHOT [--limit N] [--export DIR [--format FORM]]${hasGroups ? ' [--chat ID]' : ''}`,
    summary: `List ${what} of a version, or take them out as files.`,
    positionals: [1, 1],
    flags: ['folder', 'limit', 'export', 'format', 'ids', 'password-file', ...(hasGroups ? ['chat'] : [])],
  };
}
const LEVELS: readonly VerificationLevel[] = ['structure', 'quick', 'full', 'open'];

export const commands: Readonly<Record<CommandName, Shape>> = {
  devices: { usage: 'devices', summary: 'List the iPhones this computer can reach.', positionals: [0, 0], flags: [] },
  pair: {
    usage: 'pair [UDID]',
    summary: 'Make a phone trust this computer (tap Trust on the phone).',
    positionals: [0, 1],
    flags: [],
  },
  'at-risk': {
    usage: 'at-risk [UDID]',
    summary: 'Count what of each connected iPhone is in no verified version yet, and what takes its room.',
    positionals: [0, 1],
    flags: ['password-file'],
  },
  rescue: {
    usage: 'rescue DIR [UDID]',
    summary:
      'Copy the photos and videos straight from an iPhone that is too full to be backed up, and check them. Goes on where it stopped.',
    positionals: [1, 2],
    flags: [],
  },
  encryption: {
    usage: 'encryption status|on|change|off [UDID]',
    summary: "Look at or change the phone's own backup encryption.",
    positionals: [1, 2],
    flags: ['password-file', 'new-password-file'],
  },
  backup: {
    usage: 'backup [UDID] [--full] [--unencrypted] [--verify LEVEL] [--wait]',
    summary: 'Back a phone up into the vault as a new, verified version.',
    positionals: [0, 1],
    flags: ['full', 'unencrypted', 'verify', 'wait', 'password-file'],
  },
  snapshots: { usage: 'snapshots [UDID]', summary: 'List the versions in the vault.', positionals: [0, 1], flags: [] },
  show: {
    usage: 'show SNAPSHOT',
    summary: 'Tell what is in a version, where it lies, and how it was verified.',
    positionals: [1, 1],
    flags: ['password-file'],
  },
  verify: {
    usage: 'verify SNAPSHOT [--level structure|quick|full|open]',
    summary: 'Check a version again (default: quick).',
    positionals: [1, 1],
    flags: ['level', 'password-file'],
  },
  export: {
    usage: 'export SNAPSHOT DIR',
    summary: 'Write a version as a standard Apple backup folder, DIR/<UDID>.',
    positionals: [2, 2],
    flags: [],
  },
  forget: {
    usage: 'forget SNAPSHOT… [--force]',
    summary: 'Take versions off the list. They can be brought back for 30 days.',
    positionals: [1, MANY],
    flags: ['force'],
  },
  unforget: {
    usage: 'unforget SNAPSHOT…',
    summary: 'Bring forgotten versions back.',
    positionals: [1, MANY],
    flags: [],
  },
  trash: {
    usage: 'trash list|empty [SNAPSHOT…]',
    summary: 'List forgotten versions, or delete them for good and free their space.',
    positionals: [1, MANY],
    flags: [],
  },
  ls: {
    usage: 'ls SNAPSHOT [DOMAIN[/PATH]]',
    summary: 'List the domains of a version, or what lies in a folder of one.',
    positionals: [1, 2],
    flags: ['folder', 'password-file'],
  },
  cat: {
    usage: 'cat SNAPSHOT DOMAIN PATH',
    summary: 'Write one file of a version, decrypted, to standard output.',
    positionals: [3, 3],
    flags: ['folder', 'password-file'],
  },
  extract: {
    usage: 'extract SNAPSHOT DIR [--domain DOMAIN] [--path GLOB]',
    summary: 'Take files out of a version as DIR/<domain>/<path>, with their dates and a list of sums.',
    positionals: [2, 2],
    flags: ['folder', 'domain', 'path', 'password-file'],
  },
  photos: listing('photos', 'photos and videos'),
  messages: listing('messages', 'messages'),
  contacts: listing('contacts', 'contacts'),
  notes: listing('notes', 'notes'),
  calls: listing('calls', 'calls'),
  calendar: listing('calendar', 'events'),
  reminders: listing('reminders', 'reminders'),
  voicemail: listing('voicemail', 'voicemail'),
  'voice-memos': listing('voice-memos', 'voice memos'),
  safari: listing('safari', 'bookmarks, reading list, history and tabs'),
  whatsapp: listing('whatsapp', 'WhatsApp messages'),
  health: listing('health', 'kinds of health data, counted'),
  apps: listing('apps', 'apps and what they keep'),
  accounts: listing('accounts', 'accounts'),
  wifi: listing('wifi', 'known Wi-Fi networks'),
  search: {
    usage: 'search SNAPSHOT TEXT [--limit N]',
    summary: 'Find words in messages, notes, photos, events and names of files.',
    positionals: [2, MANY],
    flags: ['folder', 'limit', 'password-file'],
  },
  coverage: {
    usage: 'coverage SNAPSHOT',
    summary: 'Say what is in a version, counted inside it, and what is not in it and why.',
    positionals: [1, 1],
    flags: ['folder', 'password-file'],
  },
  diff: {
    usage: 'diff OLDER NEWER [--export DIR]',
    summary:
      'Say what was added, changed and went between two versions, by what it is; --export takes out what is gone.',
    positionals: [2, 2],
    flags: ['export', 'password-file'],
  },
  cleanup: {
    usage:
      'cleanup plan|run|certificate WHAT… | check | review | undo DIR | declare ABOUT yes|no|unknown [--udid UDID]',
    summary:
      'Before you clean up a phone: what protection that needs, make it, and whether it is safe; afterwards: what disappeared, and take it back.',
    positionals: [1, 20],
    flags: ['udid', 'apps', 'part', 'password-file', 'new-password-file'],
  },
  where: {
    usage: 'where SNAPSHOT TEXT [--kind KIND] [--limit N]',
    summary: 'Say in which versions of that phone something is: an id, or words of a title.',
    positionals: [2, MANY],
    flags: ['kind', 'limit', 'password-file'],
  },
  usage: {
    usage: 'usage SNAPSHOT',
    summary: 'Say where the room goes: categories, apps, videos, duplicates, attachments.',
    positionals: [1, 1],
    flags: ['folder', 'password-file'],
  },
  pin: {
    usage: 'pin SNAPSHOT… [--until DAY] [--reason TEXT]',
    summary: 'Keep versions whatever the rules say, for ever or until a day such as 2027-02-19.',
    positionals: [1, MANY],
    flags: ['until', 'reason'],
  },
  unpin: { usage: 'unpin SNAPSHOT…', summary: 'Let the rules decide again.', positionals: [1, MANY], flags: [] },
  note: {
    usage: 'note SNAPSHOT TEXT',
    summary: 'Write a note to a version. An empty text takes it away.',
    positionals: [2, MANY],
    flags: [],
  },
  prune: {
    usage: 'prune [--dry-run] [--policy light|standard|everything]',
    summary: 'Apply the rules of retention, and free what may be freed.',
    positionals: [0, 0],
    flags: ['dry-run', 'policy', 'password-file'],
  },
  scrub: {
    usage: 'scrub [--due] [--max BYTES] [--rate BYTES]',
    summary: 'Read the vault through and name what is damaged. With --due only what was not read for 30 days.',
    positionals: [0, 0],
    flags: ['due', 'max', 'rate', 'password-file'],
  },
  repair: {
    usage: 'repair',
    summary: 'Make whole what there is another copy of. Deletes nothing.',
    positionals: [0, 0],
    flags: ['password-file'],
  },
  vault: {
    usage: 'vault info|check|rebuild-index|move DIR|retention [light|standard|everything] [--budget BYTES]',
    summary:
      'Tell what the vault is; check that nothing is missing; read its index anew; move it to another disk; choose how it thins out.',
    positionals: [1, 2],
    flags: ['budget'],
  },
  serve: {
    usage: 'serve [--port N] [--no-open] [--host H --password-file F (--tls-cert F --tls-key F | --self-signed)]',
    summary:
      'Show Backstop in the browser of this computer, by a link that works once. With --host, TLS and a password to come in by (the first line of --password-file) also to others.',
    positionals: [0, 0],
    flags: ['port', 'host', 'no-open', 'tls-cert', 'tls-key', 'self-signed', 'password-file'],
  },
  demo: {
    usage: 'demo',
    summary: 'Show all of it on a simulated iPhone, in under a minute. With --vault the result is kept.',
    positionals: [0, 0],
    flags: [],
  },
  help: { usage: 'help [COMMAND]', summary: 'Show this help.', positionals: [0, 1], flags: [] },
  version: { usage: 'version', summary: 'Show the version of Backstop.', positionals: [0, 0], flags: [] },
};

const options = {
  json: { type: 'boolean', default: false },
  vault: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  unencrypted: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  wait: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  policy: { type: 'string' },
  budget: { type: 'string' },
  folder: { type: 'string' },
  domain: { type: 'string' },
  limit: { type: 'string' },
  chat: { type: 'string' },
  export: { type: 'string' },
  format: { type: 'string' },
  ids: { type: 'string' },
  kind: { type: 'string' },
  path: { type: 'string' },
  until: { type: 'string' },
  reason: { type: 'string' },
  due: { type: 'boolean', default: false },
  max: { type: 'string' },
  rate: { type: 'string' },
  verify: { type: 'string' },
  level: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'no-open': { type: 'boolean', default: false },
  udid: { type: 'string' },
  apps: { type: 'string' },
  part: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'self-signed': { type: 'boolean', default: false },
  'password-file': { type: 'string' },
  'new-password-file': { type: 'string' },
} as const;

const everywhere = new Set(['json', 'vault', 'help', 'version']);

/** Wants JSON, as far as can be told before the line was understood: a usage error must come in the asked-for form too. */
export function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json');
}

/** Turns the words of a command line into one typed value, or throws `cli/usage`. Passwords are never among the words. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals, tokens } = parse(argv);
  const [first, ...rest] = positionals;
  const command = values.version ? 'version' : first === undefined ? 'help' : commandName(first);
  const shape = commands[command];
  const helpFor = values.help ? command : null;
  if (helpFor === null) {
    for (const token of tokens) {
      if (token.kind === 'option' && !everywhere.has(token.name) && !shape.flags.includes(token.name)) {
        throw usage(`--${token.name} does not belong to "${command}".`);
      }
    }
    // A folder stands in the version's place.
    const less = values.folder === undefined ? 0 : 1;
    const [min, max] = shape.positionals.map((count) => count - less) as [number, number];
    if (rest.length < min || rest.length > max) throw usage(`Use: backstop ${shape.usage}`);
  }
  return {
    command,
    helpFor,
    positionals: rest,
    json: values.json,
    vault: values.vault ?? null,
    passwordFile: values['password-file'] ?? null,
    newPasswordFile: values['new-password-file'] ?? null,
    full: values.full,
    unencrypted: values.unencrypted,
    force: values.force,
    wait: values.wait,
    dryRun: values['dry-run'],
    policy: values.policy === undefined ? null : presetNamed(values.policy),
    budget: values.budget === undefined ? null : bytesOf(values.budget),
    ...chosenInBackup(values),
    ...termsOfPin(values),
    due: values.due,
    maxBytes: values.max === undefined ? null : bytesOf(values.max),
    rate: values.rate === undefined ? null : bytesOf(values.rate),
    level: levelOf(values.level ?? values.verify),
    udid: values.udid ?? udidOf(command, rest),
    ...aboutCleanup(values),
    serve: serveChoice(values),
  };
}

/** What of a backup is meant. */
function chosenInBackup(
  values: Values,
): Pick<CommandLine, 'folder' | 'domain' | 'path' | 'limit' | 'chat' | 'kind' | 'export' | 'format' | 'ids'> {
  const limit = values.limit === undefined ? null : Number(values.limit);
  if (limit !== null && !(Number.isInteger(limit) && limit > 0))
    throw usage(`--limit ${values.limit}: a number from 1 on.`);
  return {
    folder: values.folder ?? null,
    domain: values.domain ?? null,
    path: values.path ?? null,
    limit,
    chat: values.chat ?? null,
    kind: values.kind ?? null,
    export: values.export ?? null,
    format: values.format ?? null,
    ids: values.ids === undefined ? null : values.ids.split(','),
  };
}

function serveChoice(values: Values): ServeChoice {
  const port = values.port === undefined ? null : Number(values.port);
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw usage(`--port ${values.port}: a number from 0 to 65535.`);
  if ((values['tls-cert'] === undefined) !== (values['tls-key'] === undefined))
    throw usage('--tls-cert and --tls-key belong together.');
  if (values['self-signed'] && values['tls-cert'] !== undefined)
    throw usage('Give --tls-cert with --tls-key, or --self-signed, not both.');
  return {
    port,
    host: values.host ?? '127.0.0.1',
    open: !values['no-open'],
    tlsCert: values['tls-cert'] ?? null,
    tlsKey: values['tls-key'] ?? null,
    selfSigned: values['self-signed'],
  };
}

function termsOfPin(values: Values): Pick<CommandLine, 'until' | 'reason'> {
  return { until: values.until ?? null, reason: values.reason?.slice(0, 200) ?? null };
}

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function commandName(word: string): CommandName {
  if (Object.hasOwn(commands, word)) return word as CommandName;
  throw usage(`There is no command "${word}".`);
}

function levelOf(word: string | undefined): VerificationLevel | null {
  if (word === undefined) return null;
  const level = LEVELS.find((known) => known === word);
  if (level === undefined) throw usage(`"${word}" is no level of verification. There are: ${LEVELS.join(', ')}.`);
  return level;
}

function aboutCleanup(values: Values): Pick<CommandLine, 'part' | 'apps'> {
  return { part: partOf(values.part), apps: (values.apps ?? '').split(',').filter((id) => id !== '') };
}

function partOf(word: string | undefined): CommandLine['part'] {
  if (word === undefined || word === 'unexpected') return 'unexpected';
  if (word === 'expected' || word === 'all') return word;
  throw usage(`--part ${word}: say unexpected, expected or all.`);
}

/** A preset of the rules of retention by its name. */
export function presetNamed(word: string): RetentionPreset {
  if (Object.hasOwn(retentionPresets, word)) return word as RetentionPreset;
  throw usage(`"${word}" is no choice of rules. There are: ${Object.keys(retentionPresets).join(', ')}.`);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `800G`, `500000000` */
function bytesOf(word: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(word);
  const bytes = Math.round(Number(match?.[1]) * (UNITS[(match?.[2] ?? '').toLowerCase()] ?? Number.NaN));
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw usage(`"${word}" is no number of bytes. Say for example 800G.`);
}

function udidOf(command: CommandName, rest: readonly string[]): string | null {
  if (command === 'encryption' || command === 'rescue') return rest[1] ?? null;
  if (command === 'pair' || command === 'at-risk' || command === 'backup' || command === 'snapshots')
    return rest[0] ?? null;
  return null;
}

export function usage(problem: string): BackstopError {
  return new BackstopError('cli/usage', { message: problem, data: { problem } });
}
