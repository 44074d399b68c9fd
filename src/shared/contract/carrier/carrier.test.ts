import { describe, expect, it } from 'vitest';
import { BackstopError } from '../../errors/index.ts';
import type { EngineEvent, ProcedureName } from '../procedures/index.ts';
import { type Answerer, createClient, portPair, resolveRange, serve } from './index.ts';
import { isHeavier } from './weight.ts';

/** Answers two questions, fails two ways, and can be made to tell events. */
class SmallEngine implements Answerer {
  readonly listeners = new Set<(event: EngineEvent) => void>();
  readonly asked: ProcedureName[] = [];
  readonly held: (() => void)[] = [];
  kept: unknown = null;

  async answer(name: ProcedureName, input: unknown): Promise<unknown> {
    this.asked.push(name);
    this.kept = input;
    if (name === 'jobs.list') return { jobs: [] };
    if (name === 'phones.list') return { phones: 'many', muxer: 'ready' };
    if (name === 'vaults.list') throw new BackstopError('vault/not-connected', { data: { vault: 'v' } });
    if (name === 'cache.clear') await new Promise<void>((resolve) => this.held.push(resolve));
    if (name === 'lock.lock') throw new TypeError('of ours');
    return { freedBytes: 1 };
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function joined() {
  const engine = new SmallEngine();
  const [near, far] = portPair();
  serve(engine, far);
  return { engine, near, far, client: createClient(near) };
}

/** The next answers that come over a raw port. */
function replies(port: ReturnType<typeof portPair>[0], howMany: number): Promise<Record<string, unknown>[]> {
  return new Promise((resolve) => {
    const got: Record<string, unknown>[] = [];
    port.onFrame((frame) => {
      got.push(frame as Record<string, unknown>);
      if (got.length === howMany) resolve(got);
    });
  });
}

describe('a carrier', () => {
  it('carries a question and its answer', async () => {
    const { client } = joined();
    await expect(client.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
  });

  it('carries a failure with its code and facts', async () => {
    const { client } = joined();
    await expect(client.call('vaults.list', {})).rejects.toMatchObject({
      code: 'vault/not-connected',
      data: { vault: 'v' },
    });
    await expect(client.call('lock.lock', {})).rejects.toMatchObject({ code: 'internal/bug' });
  });

  it('gives a face no answer that does not fit', async () => {
    const { client } = joined();
    await expect(client.call('phones.list', {})).rejects.toMatchObject({ code: 'internal/bug' });
  });

  it('shares no object between its ends', async () => {
    const { client, engine } = joined();
    const input = { dismissedHints: ['a'] };
    await client.call('settings.set', input).catch(() => undefined);
    input.dismissedHints.push('b');
    expect(engine.kept).toEqual({ dismissedHints: ['a'] });
  });

  it('rejects what cannot be sent, and goes on', async () => {
    const { client } = joined();
    await expect(client.call('settings.set', { language: (() => '') as never })).rejects.toThrow();
    await expect(client.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
  });

  it('tells events until it is closed', async () => {
    const { client, engine, far } = joined();
    const heard: EngineEvent[] = [];
    client.onEvent((event) => heard.push(event));
    for (const tell of engine.listeners) tell({ type: 'changed', topic: 'vaults' });
    for (const tell of engine.listeners) tell({ type: 'changed', topic: 'nonsense' as 'vaults' });
    await client.call('jobs.list', {});
    expect(heard).toEqual([{ type: 'changed', topic: 'vaults' }]);
    far.close();
    expect(engine.listeners.size).toBe(0);
  });

  it('fails what waits when the other end goes, and all that is asked later', async () => {
    const { client, far } = joined();
    const waiting = client.call('cache.clear', {});
    far.close();
    await expect(waiting).rejects.toMatchObject({ code: 'app/engine-gone' });
    await expect(client.call('jobs.list', {})).rejects.toMatchObject({ code: 'app/engine-gone' });
  });
});

describe('refusals', () => {
  const codeOf = (reply: Record<string, unknown> | undefined): unknown =>
    (reply?.['failure'] as { code: string } | undefined)?.code;

  it.each<[string, unknown, number, string]>([
    ['no object', 'hello', -1, 'app/bad-question'],
    ['nothing', null, -1, 'app/bad-question'],
    ['a frame without a type', { id: 4 }, 4, 'app/bad-question'],
    ['a name that is no text', { type: 'request', id: 4, name: 7, input: {} }, 4, 'app/bad-question'],
    ['an id that is none', { type: 'request', id: 1.5, name: 'jobs.list', input: {} }, -1, 'app/bad-question'],
    ['a field too many', { type: 'request', id: 4, name: 'jobs.list', input: {}, as: 'root' }, 4, 'app/bad-question'],
    ['a foreign name', { type: 'request', id: 4, name: 'shell.exec', input: {} }, 4, 'app/no-such-procedure'],
    ['an inherited name', { type: 'request', id: 4, name: 'constructor', input: {} }, 4, 'app/no-such-procedure'],
    ['__proto__', { type: 'request', id: 4, name: '__proto__', input: {} }, 4, 'app/no-such-procedure'],
    ['a wrong input', { type: 'request', id: 4, name: 'jobs.get', input: { job: '../x' } }, 4, 'app/bad-question'],
    ['an input too many', { type: 'request', id: 4, name: 'jobs.list', input: { all: 1 } }, 4, 'app/bad-question'],
    [
      'a long text',
      { type: 'request', id: 4, name: 'jobs.get', input: { job: 'x'.repeat(1_000_001) } },
      4,
      'app/question-too-large',
    ],
    [
      'many small parts',
      { type: 'request', id: 4, name: 'jobs.get', input: { job: Array.from({ length: 200_000 }, () => 0) } },
      4,
      'app/question-too-large',
    ],
  ])('%s', async (_what, frame, id, code) => {
    const { near, engine } = joined();
    const got = replies(near, 1);
    near.post(frame);
    const [reply] = await got;
    expect(reply).toMatchObject({ type: 'failure', id });
    expect(codeOf(reply)).toBe(code);
    expect(engine.asked).toEqual([]);
  });

  it('are given to more than two hundred questions at once, and end with them', async () => {
    const { near, engine } = joined();
    const got = replies(near, 1);
    for (let id = 0; id < 201; id += 1) near.post({ type: 'request', id, name: 'cache.clear', input: {} });
    const [reply] = await got;
    expect(reply).toMatchObject({ type: 'failure', id: 200 });
    expect(codeOf(reply)).toBe('app/too-many-questions');
    const rest = replies(near, 200);
    for (const release of engine.held.splice(0)) release();
    expect((await rest).every(({ type }) => type === 'answer')).toBe(true);
    const later = replies(near, 1);
    near.post({ type: 'request', id: 300, name: 'jobs.list', input: {} });
    expect((await later)[0]).toMatchObject({ type: 'answer', id: 300 });
  });

  it('leave frames of other kinds alone', async () => {
    const { near } = joined();
    const got = replies(near, 1);
    near.post({ type: 'media-open', id: 1 });
    near.post({ type: 'request', id: 2, name: 'jobs.list', input: {} });
    expect((await got)[0]).toMatchObject({ type: 'answer', id: 2 });
  });
});

describe('the weight of a value', () => {
  it('is that of its text, about', () => {
    expect(isHeavier({ a: 'x'.repeat(90) }, 200)).toBe(false);
    expect(isHeavier({ a: 'x'.repeat(300) }, 200)).toBe(true);
    expect(isHeavier({ ['k'.repeat(300)]: 1 }, 200)).toBe(true);
    expect(isHeavier(new Uint8Array(300), 200)).toBe(true);
  });

  it('ends with a value that holds itself', () => {
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(isHeavier(round, 10_000)).toBe(true);
  });
});

describe('a part of an item', () => {
  it.each([
    [null, 10, { start: 0, end: 9 }],
    [null, 0, { start: 0, end: -1 }],
    [{ start: 2, end: 4 }, 10, { start: 2, end: 4 }],
    [{ start: 2, end: null }, 10, { start: 2, end: 9 }],
    [{ start: 2, end: 99 }, 10, { start: 2, end: 9 }],
    [{ start: 10, end: null }, 10, null],
    [{ start: 5, end: 4 }, 10, null],
    [{ start: null, end: 3 }, 10, { start: 7, end: 9 }],
    [{ start: null, end: 30 }, 10, { start: 0, end: 9 }],
    [{ start: null, end: 0 }, 10, null],
    [{ start: 0, end: null }, 0, null],
  ] as const)('%j of %i', (range, size, part) => {
    expect(resolveRange(range, size)).toEqual(part);
  });
});
