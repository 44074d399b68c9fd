import { join } from 'node:path';
import { createEngine } from '../../src/main/engine/api/index.ts';
import { openLog } from '../../src/main/engine/log/index.ts';
import { parentPort } from '../../src/main/engine/process/parent-port.ts';
import { runHost } from '../../src/main/engine/process/run-host.ts';
import type { InputOf, JobView, ProcedureName } from '../../src/shared/contract/procedures/index.ts';
import { BackstopError } from '../../src/shared/errors/index.ts';
import { SmallEngine } from './small-engine.ts';

/** The engine's own backup in a process of its own, with one job at a time: for killing it in the middle. */
const home = process.env['BACKSTOP_HOME'] ?? '';
const port = parentPort();
if (port === null) process.exit(71);
const engine = createEngine({ home, env: process.env });
const vault = join(home, 'vault');

class BackingUp extends SmallEngine {
  readonly #cancel = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  override async answer(name: ProcedureName, input: unknown): Promise<unknown> {
    if (name !== 'backups.start') return super.answer(name, input);
    const { udid } = input as InputOf<'backups.start'>;
    const job: JobView = {
      id: 'backup',
      kind: 'backup',
      state: 'running',
      udid,
      vault: null,
      snapshot: null,
      startedAt: new Date().toISOString(),
      endedAt: null,
      progress: null,
      phases: [],
      percent: null,
      lastDataAt: null,
      newBytes: null,
      passcodeSince: null,
      notices: [],
      failure: null,
      result: null,
      cancelCosts: 'this-run',
    };
    const askPassword = async (): Promise<string> => 'secret';
    this.#running = engine
      .backup(
        { udid, vault, full: false, unencrypted: false, verify: 'quick', askPassword },
        {
          signal: this.#cancel.signal,
          onProgress: (progress) => this.tell({ type: 'job', job: { ...job, progress } }),
        },
      )
      .then(
        ({ snapshot }) => this.tell({ type: 'job', job: { ...job, state: 'done', snapshot: snapshot.id } }),
        (error: unknown) => {
          const data = { detail: error instanceof BackstopError ? error.code : String(error) };
          const failure = { code: 'internal/bug', data, olderSnapshotsSafe: true };
          this.tell({ type: 'job', job: { ...job, state: 'failed', failure } });
        },
      );
    return { job: 'backup' };
  }

  override async close(): Promise<void> {
    this.#cancel.abort(new BackstopError('internal/cancelled'));
    await this.#running;
  }
}

await runHost({ port, log: openLog(home), open: async () => new BackingUp() });
