import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

export interface StepResult {
  readonly ok: boolean;
  readonly seconds: number;
}

const bin = join(import.meta.dirname, '../node_modules/.bin');

/** Runs a tool of the project and shows what it says only when it fails, unless `live`. */
export function runStep(step: Step, live = false): Promise<StepResult> {
  const started = performance.now();
  const [tool = '', ...args] = step.command;
  return new Promise((resolve) => {
    const child = spawn(join(bin, tool), args, {
      stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (error) => {
      output += error.message;
    });
    child.on('close', (code) => {
      const ok = code === 0;
      const seconds = (performance.now() - started) / 1000;
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${step.name} (${seconds.toFixed(1)} s)`);
      if (!ok && !live) console.log(output);
      resolve({ ok, seconds });
    });
  });
}

export const staticSteps: readonly Step[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings'] },
  // One project for each border: shared code sees neither Node nor a browser; tests see everything.
  { name: 'types of shared', command: ['../typescript-7/bin/tsc', '--project', 'tsconfig/shared.json'] },
  { name: 'types of main', command: ['../typescript-7/bin/tsc', '--project', 'tsconfig/main.json'] },
  { name: 'types of tests', command: ['../typescript-7/bin/tsc', '--project', 'tsconfig.json'] },
  {
    name: 'architecture',
    command: ['depcruise', 'src', 'tests', 'scripts', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
  },
  { name: 'dead code', command: ['knip'] },
];
