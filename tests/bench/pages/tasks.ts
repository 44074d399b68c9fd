import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';

/** What the page's main thread did, task by task, in milliseconds, the shortest first. */
export interface Tasks {
  readonly count: number;
  readonly p99: number;
  readonly longest: number;
  /** What browsers call long. */
  readonly overFifty: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

/** Records every task of the page's main thread while something happens. */
export async function tasksDuring(
  browser: Browser,
  page: Page,
  file: string,
  happens: () => Promise<void>,
): Promise<Tasks> {
  const session = await page.context().newCDPSession(page);
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  await browser.startTracing(page, { path: file, categories: ['toplevel', '__metadata'] });
  try {
    await happens();
  } finally {
    await browser.stopTracing();
    await session.detach();
  }
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: readonly TraceEvent[] };
  const mains = traceEvents.filter(
    ({ name, args, pid }) => name === 'thread_name' && args?.name === 'CrRendererMain' && renderers.includes(pid),
  );
  const isMain = (event: TraceEvent): boolean => mains.some(({ pid, tid }) => event.pid === pid && event.tid === tid);
  const lengths = traceEvents
    .filter((event) => event.ph === 'X' && event.name === 'ThreadControllerImpl::RunTask' && isMain(event))
    .map(({ dur = 0 }) => dur / 1000)
    .sort((a, b) => a - b);
  return {
    count: lengths.length,
    p99: lengths[Math.floor(lengths.length * 0.99)] ?? Number.NaN,
    longest: lengths.at(-1) ?? Number.NaN,
    overFifty: lengths.filter((one) => one > 50).length,
  };
}
