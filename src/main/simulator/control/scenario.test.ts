import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { makeTinyContent, uniqueName } from '../test-support/tiny-content.ts';
import { readScenario } from './scenario.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'backstop-scenario-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function scenario(text: string): Promise<Awaited<ReturnType<typeof readScenario>>> {
  const file = join(dir, 'scenario.json');
  await writeFile(file, text);
  return readScenario(file);
}

it('refuses a file that is not a scenario, with the reason', async () => {
  for (const text of ['{', '5', '[{"after":{"event":"x"}}]', '[{"cmd":"jump"}]']) {
    await expect(scenario(text)).rejects.toMatchObject({ code: 'simulator/usage' });
  }
  await expect(readScenario(join(dir, 'missing.json'))).rejects.toMatchObject({ code: 'simulator/usage' });
});

it('does steps at the start, and others when their event has happened often enough', async () => {
  const steps = await scenario(
    '{"steps":[{"cmd":"lock"},{"cmd":"battery","level":5,"after":{"event":"phone.detached","count":2}}]}',
  );
  await using simulator = await startSimulator({
    listen: [{ kind: 'unix', path: join(dir, uniqueName()) }],
    phones: [{ spec: { seed: 1, files: 1, bytes: 1 } }],
    makeContent: (spec) => Promise.resolve(makeTinyContent(spec)),
    scenario: steps,
  });
  const state = simulator.phones[0]?.state;
  expect(state?.locked).toBe(true);
  await simulator.command({ cmd: 'detach' });
  await simulator.command({ cmd: 'attach' });
  expect(state?.batteryLevel).not.toBe(5);
  await simulator.command({ cmd: 'detach' });
  await Promise.resolve();
  expect(state?.batteryLevel).toBe(5);
});
