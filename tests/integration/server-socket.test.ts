import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, readBuiltPages, startServer } from '../../src/main/server/index.ts';
import type { EngineEvent, JobView } from '../../src/shared/contract/procedures/index.ts';
import { openLink, openSocket, type Page, type Visitor } from '../support/browser.ts';
import { SmallEngine } from '../support/small-engine.ts';

let folder: string;
let engine: SmallEngine;
let server: RunningServer;
let visitor: Visitor;
let page: Page;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-pages-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  engine = new SmallEngine();
  const pages = await readBuiltPages(folder);
  server = await startServer({ engine, pages, host: '127.0.0.1', port: 0, tls: null, password: null });
  visitor = await openLink(server.newLink());
  page = await openSocket(server.address, { visitor });
});
afterEach(async () => {
  page.socket.terminate();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function job(id: string, doneFiles: number, text = ''): JobView {
  return {
    id,
    kind: 'backup',
    state: 'running',
    udid: null,
    vault: null,
    snapshot: null,
    startedAt: '2026-11-23T10:00:00Z',
    endedAt: null,
    progress: null,
    phases: [text],
    percent: doneFiles,
    lastDataAt: null,
    newBytes: null,
    passcodeSince: null,
    notices: [],
    failure: null,
    result: null,
    cancelCosts: 'nothing',
  };
}

const closed = (one: Page): Promise<number> => new Promise((resolve) => one.socket.on('close', resolve));

describe('questions of a browser', () => {
  it('are answered, and failures keep their code', async () => {
    await expect(page.client.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
    await expect(page.client.call('settings.get', {})).rejects.toMatchObject({ code: 'app/locked' });
  });

  it('to the system around a page get the answer that there is none', async () => {
    await expect(page.client.call('system.pickFolder', { purpose: 'vault' })).rejects.toMatchObject({
      code: 'app/not-in-this-face',
      data: { name: 'system.pickFolder' },
    });
    await expect(page.client.call('system.unlock', {})).rejects.toMatchObject({ code: 'app/not-in-this-face' });
  });

  it('that another computer asks at the same time are told the same events', async () => {
    const other = await openSocket(server.address, { visitor });
    const heard = Promise.all(
      [page, other].map((one) => new Promise<EngineEvent>((resolve) => one.client.onEvent(resolve))),
    );
    await page.client.call('lock.lock', {});
    expect(await heard).toEqual([
      { type: 'changed', topic: 'lock' },
      { type: 'changed', topic: 'lock' },
    ]);
    other.close();
  });
});

describe('what is no question', () => {
  it.each<[string, string | Buffer, string]>([
    ['no JSON', '{"type":"request",', 'app/bad-question'],
    ['a number', '7', 'app/bad-question'],
    ['null', 'null', 'app/bad-question'],
    ['bytes', Buffer.from('{"type":"request","id":1,"name":"jobs.list","input":{}}'), 'app/bad-question'],
    ['a frame of the engine’s own', '{"type":"shutdown"}', 'app/bad-question'],
    ['media by this road', '{"type":"media-open","id":1,"token":"p000000000000000","range":null}', 'app/bad-question'],
    ['an event', '{"type":"event","event":{"type":"engine","state":"failed"}}', 'app/bad-question'],
    ['a foreign name', '{"type":"request","id":1,"name":"vaults.erase","input":{}}', 'app/no-such-procedure'],
    ['an inherited name', '{"type":"request","id":1,"name":"toString","input":{}}', 'app/no-such-procedure'],
    [
      'a path for a place',
      '{"type":"request","id":1,"name":"system.reveal","input":{"place":"/etc"}}',
      'app/bad-question',
    ],
    [
      'a prototype',
      '{"type":"request","id":1,"name":"jobs.list","input":{},"__proto__":{"isAdmin":true}}',
      'app/bad-question',
    ],
    [
      'deep nesting',
      `{"type":"request","id":1,"name":"jobs.list","input":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      'app/bad-question',
    ],
    [
      'too much',
      JSON.stringify({ type: 'request', id: 1, name: 'jobs.get', input: { job: 'x'.repeat(1_200_000) } }),
      'app/question-too-large',
    ],
  ])('%s is refused by type', async (_what, data, code) => {
    const reply = await page.raw(data);
    expect(reply).toMatchObject({ type: 'failure', failure: { code } });
    await expect(page.client.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
  });

  it('a frame of twice the size ends the socket, and no other', async () => {
    const other = await openSocket(server.address, { visitor });
    const ended = closed(page);
    page.socket.send('x'.repeat(2_000_001));
    expect(await ended).toBe(1009);
    await expect(other.client.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
    other.close();
  });
});

describe('sockets', () => {
  it('are sixteen at most, and free again when closed', async () => {
    const more = await Promise.all(Array.from({ length: 15 }, () => openSocket(server.address, { visitor })));
    await expect(openSocket(server.address, { visitor })).rejects.toThrow('refused with 503');
    const gone = closed(more[0]!);
    more[0]!.close();
    await gone;
    const again = await openSocket(server.address, { visitor });
    for (const one of [...more, again]) one.close();
  });

  it('of a browser that reads slowly get the newest of each job, and every answer', async () => {
    const heard: JobView[] = [];
    page.client.onEvent((event) => event.type === 'job' && heard.push(event.job));
    page.socket.pause();
    const text = 'x'.repeat(20_000);
    const rounds = 2000;
    for (let round = 1; round <= rounds; round += 1) {
      for (const id of ['one', 'two']) engine.tell({ type: 'job', job: job(id, round / rounds, text) });
      // As in life, time passes between events.
      if (round % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    page.socket.resume();
    await expect(page.client.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
    await expect.poll(() => heard.filter(({ percent }) => percent === 1).length).toBe(2);
    expect(heard.length).toBeLessThan(rounds);
    for (const id of ['one', 'two']) {
      const percents = heard.filter((one) => one.id === id).map(({ percent }) => percent ?? 0);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
    }
  });

  it('hear nothing and ask nothing after the server’s end', async () => {
    const ended = closed(page);
    await server.close();
    await ended;
    await expect(page.client.call('jobs.list', {})).rejects.toMatchObject({ code: 'app/engine-gone' });
    server = await startServer({
      engine,
      pages: { index: '', files: new Map() },
      host: '127.0.0.1',
      port: 0,
      tls: null,
      password: null,
    });
  });
});
