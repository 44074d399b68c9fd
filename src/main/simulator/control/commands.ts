import { z } from 'zod';
import type { FaultRequest } from '../faults.ts';
import type { Json, JsonObject } from '../json.ts';

const via = z.enum(['usb', 'wifi']).default('usb');
const udid = z.string().min(1).optional();
const amount = z.number().int().nonnegative();
const counts = z.strictObject({
  photos: amount.optional(),
  videos: amount.optional(),
  conversations: amount.optional(),
  messages: amount.optional(),
  contacts: amount.optional(),
  notes: amount.optional(),
  apps: amount.optional(),
});

/** Every command but `fault`, whose fields belong to whoever knows the fault. `udid` chooses among several phones. */
const commandSchema = z.discriminatedUnion('cmd', [
  z.strictObject({
    cmd: z.literal('mutate'),
    udid,
    delete: counts.optional(),
    add: counts.optional(),
    edit: counts.optional(),
    percent: z.number().min(0).max(100).optional(),
  }),
  z.strictObject({ cmd: z.literal('lock'), udid }),
  z.strictObject({ cmd: z.literal('unlock'), udid }),
  z.strictObject({
    cmd: z.literal('passcode'),
    udid,
    answer: z.enum(['ok', 'deny', 'ignore']),
    set: z.boolean().optional(),
    delayMs: z.number().nonnegative().optional(),
  }),
  z.strictObject({
    cmd: z.literal('trust'),
    udid,
    answer: z.enum(['ok', 'deny', 'pending', 'ignore', 'reset']),
    times: z.number().int().positive().optional(),
  }),
  z.strictObject({ cmd: z.literal('attach'), udid, via }),
  z.strictObject({ cmd: z.literal('detach'), udid, via }),
  z.strictObject({
    cmd: z.literal('battery'),
    udid,
    level: z.number().int().min(0).max(100).optional(),
    charging: z.boolean().optional(),
  }),
  z.strictObject({ cmd: z.literal('fill'), udid, freeBytes: amount }),
  z.strictObject({ cmd: z.literal('notify'), udid, name: z.string().min(1) }),
  z.strictObject({ cmd: z.literal('findmy'), udid, enabled: z.boolean() }),
  z.strictObject({ cmd: z.literal('setup'), udid, done: z.boolean() }),
  z.strictObject({ cmd: z.literal('managed'), udid, requiresEncryption: z.boolean() }),
  z.strictObject({ cmd: z.literal('truth'), udid, file: z.string().min(1) }),
  z.strictObject({ cmd: z.literal('report'), udid }),
  z.strictObject({ cmd: z.literal('stop') }),
]);

export type SimulatorCommand =
  | z.infer<typeof commandSchema>
  | { readonly cmd: 'fault'; readonly udid: string | undefined; readonly fault: FaultRequest };

/** The command in a JSON value, or throws an Error whose message says what is wrong with it. */
export function parseCommand(value: unknown): SimulatorCommand {
  if (!isObject(value)) throw new Error('a command is a JSON object with "cmd"');
  if (value['cmd'] === 'fault') return parseFaultCommand(value);
  const parsed = commandSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (!KNOWN_COMMANDS.includes(String(value['cmd']))) throw new Error(`there is no command "${String(value['cmd'])}"`);
  throw new Error(z.prettifyError(parsed.error).replaceAll('\n', ' '));
}

const KNOWN_COMMANDS = commandSchema.options.map((option) => option.shape.cmd.value as string);

function parseFaultCommand(value: JsonObject): SimulatorCommand {
  const { cmd: _cmd, udid: wanted, kind, at = {}, ...options } = value;
  if (typeof kind !== 'string') throw new Error('a fault needs a "kind"');
  if (!isObject(at)) throw new Error('"at" is an object');
  if (wanted !== undefined && typeof wanted !== 'string') throw new Error('"udid" is a text');
  return { cmd: 'fault', udid: wanted, fault: { kind, at, options: options as JsonObject } };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One line from outside. JSON only. */
export function parseJsonLine(line: string): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    throw new Error('this line is not JSON');
  }
}
