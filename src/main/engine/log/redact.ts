/**
 * What a log line may hold. Logs are read by people who help, so they must be safe to hand over: no password, no key, no
 * pair record, no whole UDID, and at `info` no file name. Redaction works on names of fields and on shapes of values,
 * because a secret in a message has no field name.
 */

const MAX_TEXT = 2000;
const MAX_DEPTH = 6;
const MAX_ITEMS = 50;

const HIDDEN = '[hidden]';

/** Fields that are never shown, whatever their type. */
const SECRET_FIELD =
  /pass(?:word|phrase|code)|secret|credential|token|escrow|private|certificate|pair(?:ing)?record|host-?id|buid|salt/i;

/** `key`, `rootKey`, `wrapped_key`, `keyBag`: bytes and texts are hidden, counts (`keysUnwrapped: 12`) are not. */
const KEY_FIELD = /key(?!board|note)/i;

/** Names that a phone gave its files, and that tell about a life: not in the ten lines of a job's story. */
const FILE_FIELD = /^(?:path|relative-?path|file|file-?name|names?|source|target|current)$/i;

/** Old form: 40 hex digits. New form (hardware from 2018): 8 and 16, in some sources without the hyphen. */
const UDID = /\b(?:[0-9a-f]{40}|[0-9a-f]{8}-?[0-9a-f]{16})\b/gi;
const PEM = /-----BEGIN [^-]{1,40}-----[\s\S]*?(?:-----END [^-]{1,40}-----|$)/g;
const BASE64 = /[A-Za-z0-9+/]{40,}={0,2}/g;

export interface RedactOptions {
  /** False at `info`. */
  readonly fileNames: boolean;
}

/** A plain-JSON copy that is safe to write, bounded in depth, width and length. Never throws, cycles included. */
export function redact(value: unknown, options: RedactOptions): unknown {
  return redactAt(value, options, 0);
}

/** `00008110-001A2B3C4D5E6F70` → `0000…6F70`: enough to tell two phones apart. */
export function shortUdid(udid: string): string {
  return `${udid.slice(0, 4)}…${udid.slice(-4)}`;
}

/** Hides in a text what looks like a UDID, a PEM block or a key in base64. */
export function redactText(text: string): string {
  const bounded = text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
  return bounded
    .replace(PEM, HIDDEN)
    .replace(UDID, shortUdid)
    .replace(BASE64, (run) => (looksLikeKey(run) ? HIDDEN : run));
}

/** SHA-256 in hex and long paths are no keys; mixed letters and digits with padding, or without a slash, may be one. */
function looksLikeKey(run: string): boolean {
  if (/^[0-9a-f]+$/i.test(run)) return false;
  const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run);
  return mixed && (run.endsWith('=') || run.includes('+') || !run.includes('/'));
}

function redactAt(value: unknown, options: RedactOptions, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (depth >= MAX_DEPTH) return '[…]';
  if (value instanceof Error) return redactError(value, options, depth);
  if (Array.isArray(value)) return bounded(value, (item) => redactAt(item, options, depth + 1));
  return redactFields(value, options, depth);
}

function redactFields(value: object, options: RedactOptions, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value).slice(0, MAX_ITEMS)) {
    fields[redactText(name)] = isHidden(name, item, options) ? HIDDEN : redactAt(item, options, depth + 1);
  }
  return fields;
}

function isHidden(name: string, item: unknown, options: RedactOptions): boolean {
  if (item === null || item === undefined) return false;
  if (SECRET_FIELD.test(name)) return typeof item !== 'boolean';
  if (typeof item === 'number' || typeof item === 'boolean') return false;
  return KEY_FIELD.test(name) || (!options.fileNames && FILE_FIELD.test(name));
}

/** The chain of causes without stacks: a stack says where in our sources, and only a bug needs that (see `logger.ts`). */
function redactError(error: Error, options: RedactOptions, depth: number): Record<string, unknown> {
  const { code, data } = error as { code?: unknown; data?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: redactText(error.message),
    ...(data === undefined ? {} : { data: redactAt(data, options, depth + 1) }),
    ...(error.cause === undefined ? {} : { cause: redactAt(error.cause, options, depth + 1) }),
  };
}

function bounded(items: readonly unknown[], map: (item: unknown) => unknown): unknown[] {
  const shown = items.slice(0, MAX_ITEMS).map(map);
  return items.length <= MAX_ITEMS ? shown : [...shown, `… ${items.length - MAX_ITEMS} more`];
}
