import type { Json, JsonObject } from '../json.ts';
import type { HostStatus } from './protocol/host-status.ts';
import { MAX_BLOCK_BYTES, STATUS } from './protocol/messages.ts';

/** Something that a good host does, and whether this one did. */
interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string | null;
}

/** Kept of each list, so that a long report stays readable. */
const KEPT = 200;

/** What happened in one conversation, for `report`: facts about the phone's side, and judgements about the host's. */
export class ConversationRecord {
  readonly number: number;
  request = '';
  options: JsonObject = {};
  outcome = 'running';
  errorCode: number | null = null;
  errorText = '';
  /** Free facts of the request: full or incremental and why, what a restore found. */
  readonly facts: Record<string, Json> = {};
  readonly uploaded = { files: 0, bytes: 0 };
  readonly downloaded = { files: 0, bytes: 0 };
  readonly #messages = new Map<string, number>();
  readonly #checks = new Map<string, Check>();
  readonly #refusals: JsonObject[] = [];
  readonly #hostile: JsonObject[] = [];
  readonly #unusual: JsonObject[] = [];
  readonly #encodings = new Set<string>();
  readonly #late: (() => void)[] = [];
  #largestBlock = 0;
  readonly #startedMs = performance.now();
  #seconds: number | null = null;

  constructor(number: number) {
    this.number = number;
  }

  /** A later failure of the same check is not covered by an earlier success, nor the other way round. */
  check(what: string, ok: boolean, detail: string | null = null): void {
    const known = this.#checks.get(what);
    if (known === undefined || (known.ok && !ok)) this.#checks.set(what, { what, ok, detail });
  }

  sent(name: string): void {
    this.#messages.set(name, (this.#messages.get(name) ?? 0) + 1);
  }

  answered(name: string, { status, text, encoding }: HostStatus): void {
    if (status < 0 || Number.isNaN(status)) this.#encodings.add(encoding);
    if (status !== STATUS.ok) keep(this.#refusals, { message: name, status, text });
  }

  /** What a host made of something hostile. */
  hostile(entry: JsonObject): void {
    keep(this.#hostile, entry);
  }

  /** A message of the host where none was due. */
  unusual(entry: JsonObject): void {
    keep(this.#unusual, entry);
  }

  largestBlock(bytes: number): void {
    this.#largestBlock = Math.max(this.#largestBlock, bytes);
  }

  /** A check that can be made only when the conversation is over: made when somebody asks for the report. */
  atReport(check: () => void): void {
    this.#late.push(check);
  }

  /** Said before the last message is sent, so that it is there when the host has heard it; a cut may still come. */
  end(outcome: string): void {
    this.outcome = outcome;
    this.#seconds ??= (performance.now() - this.#startedMs) / 1000;
  }

  toJson(): JsonObject {
    if (this.#seconds !== null) for (const check of this.#late.splice(0)) check();
    const checks = [...this.#checks.values()];
    if (this.#largestBlock > 0) {
      checks.push({
        what: 'blocks to the phone hold at most 32 KiB',
        ok: this.#largestBlock <= MAX_BLOCK_BYTES,
        detail: `${this.#largestBlock} bytes`,
      });
    }
    for (const encoding of this.#encodings) {
      const ok = encoding === 'signed' || encoding === 'unsigned-64';
      checks.push({ what: 'negative statuses are written so that the phone reads them', ok, detail: encoding });
    }
    return {
      number: this.number,
      request: this.request,
      options: this.options,
      outcome: this.outcome,
      errorCode: this.errorCode,
      errorText: this.errorText,
      seconds: this.#seconds,
      ...this.facts,
      uploaded: { ...this.uploaded },
      downloaded: { ...this.downloaded },
      largestBlock: this.#largestBlock,
      messages: Object.fromEntries(this.#messages),
      checks: checks.map((check) => ({ ...check })),
      refusals: [...this.#refusals],
      hostile: [...this.#hostile],
      unusual: [...this.#unusual],
    };
  }
}

function keep(list: JsonObject[], entry: JsonObject): void {
  if (list.length < KEPT) list.push(entry);
}
