import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { createPhoneContent } from '../phone-content.ts';
import type { PhoneContent, PhoneFile, PhoneSpec } from '../types.ts';

/** What the truth file holds, as far as tests look. */
export interface Truth {
  readonly udid: string;
  readonly files: readonly { domain: string; relativePath: string; fileId: string; size: number; sha256: string }[];
  readonly items: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** A phone in a temporary folder, with the means to look at it as a reader of its backup would. */
export class PhoneBench {
  readonly phone: PhoneContent;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'phone-bench-'));
  #opened = 0;

  constructor(spec: Partial<PhoneSpec> = {}) {
    this.phone = createPhoneContent(
      { seed: 5, files: 220, bytes: 6_000_000, ...spec },
      { scratchDir: path.join(this.#folder, 'scratch') },
    );
  }

  regularFiles(): PhoneFile[] {
    return [...this.phone.files()].filter(({ kind }) => kind === 'file');
  }

  file(domain: string, relativePath: string): PhoneFile {
    for (const row of this.phone.files()) if (row.domain === domain && row.relativePath === relativePath) return row;
    throw new Error(`no ${domain}-${relativePath}`);
  }

  has(domain: string, relativePath: string): boolean {
    for (const row of this.phone.files()) if (row.domain === domain && row.relativePath === relativePath) return true;
    return false;
  }

  /** Puts a database and its log side by side and opens it, as a reader must; the log can be left away. */
  open(domain: string, relativePath: string, withLog = true): Database.Database {
    const target = path.join(this.#folder, `opened-${this.#opened++}`);
    writeFileSync(target, contentOf(this.file(domain, relativePath)));
    if (withLog && this.has(domain, `${relativePath}-wal`))
      writeFileSync(`${target}-wal`, contentOf(this.file(domain, `${relativePath}-wal`)));
    return new Database(target);
  }

  async truth(): Promise<Truth> {
    const file = path.join(this.#folder, 'truth.json');
    await this.phone.writeTruth(file);
    return JSON.parse(await readFile(file, 'utf8')) as Truth;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.phone[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function contentOf(file: PhoneFile): Buffer {
  return Buffer.concat([...file.read()]);
}

/** Path → SHA-256 of every regular file. */
export function fingerprints(phone: PhoneContent): Map<string, string> {
  const all = new Map<string, string>();
  for (const file of phone.files()) {
    if (file.kind !== 'file') continue;
    all.set(`${file.domain}-${file.relativePath}`, createHash('sha256').update(contentOf(file)).digest('hex'));
  }
  return all;
}
