import { parseArgs } from 'node:util';
import { BackstopError } from '../../../shared/errors/index.ts';
import type { TrustAnswer } from '../phone.ts';
import type { PhoneOptions } from '../simulator.ts';
import type { AddressLayout } from '../usbmuxd/device-entry.ts';
import { type ListenAddress, parseListenAddress } from '../usbmuxd/listen-address.ts';

export const HELP = `Usage: simulator --listen ADDRESS [options]

Runs simulated iPhones behind a usbmuxd of their own. Prints one JSON line when it is ready, then takes JSON commands,
one a line, on standard input. See src/main/simulator/README.md.

  --listen ADDRESS        unix:/path or tcp:127.0.0.1:PORT (0: any); may be given twice
  --files N               regular files on the phone (default 2000)
  --bytes SIZE            their size together, with K, M or G (default 200M)
  --seed N                the same seed makes the same phone (default 1)
  --phones N              several phones, with seeds counting up from --seed (default 1)
  --name TEXT, --udid ID, --ios VERSION, --locale TAG
  --encrypted             backups are encrypted, with the password of --password-env
  --password-env VAR      the environment variable that holds the password
  --kdf-iterations N      rounds of its derivation (default 1000; Apple's is 10000000)
  --wifi                  the phone is also on Wi-Fi
  --wifi-only             the phone is on Wi-Fi and not on the cable
  --detached              the phone is not there until it is attached
  --locked                the screen is locked
  --no-passcode           the phone has no passcode
  --passcode-delay MS     how long the person takes at the passcode screen (default 100)
  --trust ANSWER          ok (default), deny, or pending
  --network-address FORM  bsd (default) or linux: how usbmuxd tells a Wi-Fi address
  --scenario FILE         commands to run at the start or after events
  --truth FILE            writes the ground truth before it is ready (several phones: FILE.UDID)
  --scratch DIR           keeps the phones' keys, pairings and files here
  --pair-records DIR      keeps the host's pair records here
  --exit-with-parent      stop when standard input ends, also when no command came`;

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'run';
      readonly listen: readonly ListenAddress[];
      readonly phones: readonly PhoneOptions[];
      readonly kdfIterations: number;
      readonly scratchDir: string | undefined;
      readonly pairRecordsDir: string | undefined;
      readonly addressLayout: AddressLayout;
      readonly scenarioFile: string | undefined;
      readonly truthFile: string | undefined;
      readonly exitWithParent: boolean;
    };

const MAX_PHONES = 64;

/** Throws `simulator/usage` with a sentence about the first thing that is wrong. */
export function parseInvocation(args: readonly string[], env: NodeJS.ProcessEnv): Invocation {
  const values = parseOptions(args);
  if (values.help === true) return { kind: 'help' };
  const listen = (values.listen ?? []).map((text) => {
    const address = parseListenAddress(text);
    if (address === null)
      throw usage(`--listen ${text} is not unix:/path (of at most about 100 letters) or tcp:127.0.0.1:PORT.`);
    return address;
  });
  if (listen.length === 0) throw usage('--listen is needed: unix:/path or tcp:127.0.0.1:PORT.');
  return {
    kind: 'run',
    listen,
    phones: phonesOf(values, env),
    kdfIterations: wholeNumber(values['kdf-iterations'], '--kdf-iterations', 1000, 1, 100_000_000),
    scratchDir: values.scratch,
    pairRecordsDir: values['pair-records'],
    addressLayout: oneOf(values['network-address'], '--network-address', ['bsd', 'linux'] as const),
    scenarioFile: values.scenario,
    truthFile: values.truth,
    exitWithParent: values['exit-with-parent'] === true,
  };
}

type Values = ReturnType<typeof parseOptions>;

function parseOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        help: flag,
        listen: { ...text, multiple: true },
        files: text,
        bytes: text,
        seed: text,
        phones: text,
        name: text,
        udid: text,
        ios: text,
        locale: text,
        encrypted: flag,
        'password-env': text,
        'kdf-iterations': text,
        wifi: flag,
        'wifi-only': flag,
        detached: flag,
        locked: flag,
        'no-passcode': flag,
        'passcode-delay': text,
        trust: text,
        'network-address': text,
        scenario: text,
        truth: text,
        scratch: text,
        'pair-records': text,
        'exit-with-parent': flag,
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? `${cause.message.split('. ')[0]}.` : String(cause));
  }
}

function phonesOf(values: Values, env: NodeJS.ProcessEnv): PhoneOptions[] {
  const count = wholeNumber(values.phones, '--phones', 1, 1, MAX_PHONES);
  const seed = wholeNumber(values.seed, '--seed', 1, 0, 0xffff_ffff - MAX_PHONES);
  const files = wholeNumber(values.files, '--files', 2000, 1, 5_000_000);
  const bytes = sizeOf(values.bytes ?? '200M', '--bytes');
  const udid = values.udid;
  if (udid !== undefined && !/^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{16})$/.test(udid)) {
    throw usage(`--udid ${udid} is not 40 hex digits, nor 8, a hyphen and 16.`);
  }
  if (udid !== undefined && count > 1) throw usage('--udid goes with one phone only.');
  const ios = values.ios;
  if (ios !== undefined && !/^\d{1,2}(?:\.\d{1,2}){1,2}$/.test(ios))
    throw usage(`--ios ${ios} is not a version such as 18.1.`);
  const password = passwordOf(values, env);
  return Array.from({ length: count }, (_nothing, index) => ({
    spec: {
      seed: seed + index,
      files,
      bytes,
      ...(udid === undefined ? {} : { udid }),
      ...(values.name === undefined ? {} : { name: count === 1 ? values.name : `${values.name} ${index + 1}` }),
      ...(values.locale === undefined ? {} : { locale: values.locale }),
    },
    state: {
      backupPassword: password,
      locked: values.locked === true,
      passcodeSet: values['no-passcode'] !== true,
      passcodeDelayMs: wholeNumber(values['passcode-delay'], '--passcode-delay', 100, 0, 3_600_000),
      trust: trustOf(oneOf(values.trust, '--trust', ['ok', 'deny', 'pending'] as const)),
    },
    ...(ios === undefined ? {} : { identity: { productVersion: ios, buildVersion: buildOf(ios) } }),
    attach: attachmentsOf(values),
  }));
}

/** A build number of that major version: right in form, not for every minor version. */
const BUILDS: Readonly<Record<string, string>> = { 15: '19H390', 16: '20H360', 17: '21H450', 18: '22F76', 26: '23B85' };

function buildOf(ios: string): string {
  const major = Number.parseInt(ios, 10);
  return BUILDS[major] ?? `${major + 4}A100`;
}

function attachmentsOf(values: Values): readonly ('usb' | 'wifi')[] {
  if (values.detached === true) return [];
  if (values['wifi-only'] === true) return ['wifi'];
  return values.wifi === true ? ['usb', 'wifi'] : ['usb'];
}

function trustOf(answer: 'ok' | 'deny' | 'pending'): TrustAnswer {
  return answer === 'pending' ? { kind: 'pending', times: null } : { kind: answer };
}

/** The password travels in an environment variable, never in the arguments. */
function passwordOf(values: Values, env: NodeJS.ProcessEnv): string | null {
  const name = values['password-env'];
  if (values.encrypted !== true) {
    if (name !== undefined) throw usage('--password-env goes with --encrypted.');
    return null;
  }
  if (name === undefined) throw usage('--encrypted needs --password-env VAR.');
  const password = env[name];
  if (password === undefined || password === '') throw usage(`The environment variable ${name} holds no password.`);
  return password;
}

function wholeNumber(text: string | undefined, option: string, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw usage(`${option} ${text} is not a whole number from ${min} to ${max}.`);
  return value;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  KI: 1024,
  MI: 1024 ** 2,
  GI: 1024 ** 3,
};

function sizeOf(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]i?)?B?$/i.exec(text);
  const value = Math.round(Number(match?.[1]) * (UNITS[(match?.[2] ?? '').toUpperCase()] ?? Number.NaN));
  if (!Number.isSafeInteger(value)) throw usage(`${option} ${text} is not a size such as 200M or 2G.`);
  return value;
}

function oneOf<const T extends readonly [string, ...string[]]>(
  text: string | undefined,
  option: string,
  choices: T,
): T[number] {
  if (text === undefined) return choices[0];
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw usage(`${option} ${text} is none of ${choices.join(', ')}.`);
  return found;
}

function usage(problem: string): BackstopError {
  return new BackstopError('simulator/usage', { message: problem, data: { problem } });
}
