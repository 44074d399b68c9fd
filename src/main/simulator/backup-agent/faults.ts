import type { FaultRequest } from '../faults.ts';
import type { JsonObject } from '../json.ts';

/** What can go wrong in a backup conversation, on demand. Each is armed by a `fault` command with this `kind`. */
export const backupFaultKinds = [
  /** At message `at.message` (a number, or a DeviceLink name): end the connection. */
  'backup-drop',
  'backup-stall',
  'backup-garbage',
  /** A message whose announced length is `length` (default 0xFFFFFFFF). */
  'backup-length',
  'backup-unknown',
  /** End with the error `code` (default 104). */
  'backup-error',
  /** End the connection after `at.bytes` bytes of an uploaded file. */
  'backup-drop-in-file',
  'backup-block-length',
  'backup-name-length',
  /** Upload to each of `names` before anything else. */
  'backup-hostile-names',
  /** A MoveItems from `from` to `to`. */
  'backup-hostile-move',
  /** Files whose path contains `path` end with 0x0B. */
  'backup-unreadable',
  /** Rows whose path contains `path` have no payload. */
  'backup-missing-payload',
  'backup-xml',
  'backup-files-spelling',
  'backup-extra-elements',
  'backup-no-response',
  'backup-leave-snapshot',
  /** The final Status.plist says `state`. */
  'backup-status',
  /** Everything is sent, then the Response is error `code`. */
  'backup-final-error',
  /** ChangePassword does its work and hangs up. */
  'backup-drop-after-change',
] as const;

type Kind = (typeof backupFaultKinds)[number];

interface Armed {
  readonly kind: Kind;
  readonly at: JsonObject;
  readonly options: JsonObject;
  /** How often it still happens. */
  times: number;
}

export interface MessageFault {
  readonly kind: 'drop' | 'stall' | 'garbage' | 'length' | 'unknown' | 'error';
  readonly value: number | null;
}

const MESSAGE_KINDS: Readonly<Record<string, MessageFault['kind']>> = {
  'backup-drop': 'drop',
  'backup-stall': 'stall',
  'backup-garbage': 'garbage',
  'backup-length': 'length',
  'backup-unknown': 'unknown',
  'backup-error': 'error',
};

/** The faults that are armed for one phone's backup service. */
export class BackupFaults {
  #armed: Armed[] = [];

  arm(fault: FaultRequest): boolean {
    const kind = backupFaultKinds.find((known) => known === fault.kind);
    if (kind === undefined) return false;
    const times = fault.options['times'];
    if (times !== undefined && (typeof times !== 'number' || times < 1))
      throw new Error('"times" must be a number from 1 on');
    this.#armed.push({
      kind,
      at: fault.at,
      options: fault.options,
      times: typeof times === 'number' ? times : Number.POSITIVE_INFINITY,
    });
    return true;
  }

  clear(): void {
    this.#armed = [];
  }

  get count(): number {
    return this.#armed.length;
  }

  /** A fault that holds for the whole conversation; not used up. */
  active(kind: string): JsonObject | null {
    return this.#armed.find((fault) => fault.kind === `backup-${kind}`)?.options ?? null;
  }

  /** A fault that happens once for each time it was armed. */
  take(
    kind: 'name-length' | 'block-length' | 'no-response' | 'final-error' | 'drop-after-change',
  ): { readonly value: number | null } | null {
    const fault = this.#armed.find((one) => one.kind === `backup-${kind}`);
    if (fault === undefined) return null;
    this.#use(fault);
    const value = fault.options['length'] ?? fault.options['code'];
    return { value: typeof value === 'number' ? value : kind.endsWith('length') ? 0x8000_0000 : null };
  }

  atMessage(step: number, name: string): MessageFault | null {
    for (const fault of this.#armed) {
      const kind = MESSAGE_KINDS[fault.kind];
      if (kind === undefined) continue;
      const wanted = fault.at['message'];
      if (wanted !== undefined && wanted !== step && wanted !== name) continue;
      this.#use(fault);
      const value = fault.options['length'] ?? fault.options['code'];
      return { kind, value: typeof value === 'number' ? value : null };
    }
    return null;
  }

  /** How much of this piece still goes out before the connection ends; null: all of it. */
  inFile(sent: number, length: number): number | null {
    const fault = this.#armed.find((one) => one.kind === 'backup-drop-in-file');
    if (fault === undefined) return null;
    const after = fault.at['bytes'];
    const limit = typeof after === 'number' ? after : 0;
    if (sent + length <= limit) return null;
    this.#use(fault);
    return Math.max(0, limit - sent);
  }

  /** Does an armed fault of this kind name this path? */
  names(kind: 'unreadable' | 'missing-payload', path: string): boolean {
    const part = this.active(kind)?.['path'];
    return typeof part === 'string' && path.includes(part);
  }

  #use(fault: Armed): void {
    fault.times -= 1;
    if (fault.times <= 0) this.#armed = this.#armed.filter((one) => one !== fault);
  }
}
