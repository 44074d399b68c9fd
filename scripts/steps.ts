import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Step {
  readonly name: string;
  /** A tool of `node_modules/.bin`, or the path of a script in `node_modules`, and its arguments. */
  readonly command: readonly string[];
}

export interface StepResult {
  readonly ok: boolean;
  readonly seconds: number;
}

const modules = join(import.meta.dirname, '../node_modules');

/** Runs a tool of the project and shows what it says only when it fails. */
export function runStep(step: Step): Promise<StepResult> {
  const started = performance.now();
  const [tool = '', ...args] = step.command;
  const [program, first] = tool.includes('/')
    ? [process.execPath, [join(modules, tool)]]
    : [join(modules, '.bin', tool), []];
  return new Promise((resolve) => {
    const child = spawn(program, [...first, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (error) => {
      output += error.message;
    });
    child.on('close', (code) => {
      const ok = code === 0;
      const seconds = (performance.now() - started) / 1000;
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${step.name} (${seconds.toFixed(1)} s)`);
      if (!ok) console.log(output);
      resolve({ ok, seconds });
    });
  });
}

/** Remembers what it found, so that the second time takes a quarter of the first. */
function types(project: string, name: string): Step {
  const memory = ['--incremental', '--tsBuildInfoFile', `node_modules/.cache/types/${name}.tsbuildinfo`];
  return { name: `types of ${name}`, command: ['typescript-7/bin/tsc', '--project', project, ...memory] };
}

export const staticSteps: readonly Step[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings'] },
  // One project for each border: shared code sees neither Node nor a browser; what ships sees no tests; tests see all.
  types('tsconfig/shared.json', 'shared'),
  types('tsconfig/main.json', 'main'),
  types('tsconfig/renderer.json', 'pages'),
  types('tsconfig.json', 'tests'),
  {
    name: 'architecture',
    command: ['depcruise', 'src', 'tests', 'scripts', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
  },
  { name: 'dead code', command: ['knip'] },
];
