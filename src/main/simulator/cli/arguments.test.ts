import { expect, it } from 'vitest';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { parseInvocation } from './arguments.ts';

const LISTEN = ['--listen', 'unix:/tmp/phone.sock'];

function problem(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  try {
    parseInvocation(args, env);
  } catch (error) {
    if (isBackstopError(error, 'simulator/usage')) return String(error.data['problem']);
    throw error;
  }
  return '';
}

it('reads what the manual shows', () => {
  const args = [
    ...LISTEN,
    '--files',
    '2000',
    '--bytes',
    '1.5G',
    '--seed',
    '7',
    '--encrypted',
    '--password-env',
    'PW',
    '--phones',
    '2',
  ];
  const run = parseInvocation(args, { PW: 'secret' });
  if (run.kind !== 'run') throw new Error('expected a run');
  expect(run.listen).toEqual([{ kind: 'unix', path: '/tmp/phone.sock' }]);
  expect(run.phones.map((phone) => phone.spec)).toEqual([
    { seed: 7, files: 2000, bytes: 1_500_000_000 },
    { seed: 8, files: 2000, bytes: 1_500_000_000 },
  ]);
  expect(run.phones[0]?.state?.backupPassword).toBe('secret');
  expect([run.kdfIterations, run.exitWithParent]).toEqual([1000, false]);
});

it('places the phone on the cable, on Wi-Fi, on both or nowhere', () => {
  const attach = (...args: string[]): unknown => {
    const run = parseInvocation([...LISTEN, ...args], {});
    return run.kind === 'run' ? run.phones[0]?.attach : null;
  };
  expect([attach(), attach('--wifi'), attach('--wifi-only'), attach('--detached')]).toEqual([
    ['usb'],
    ['usb', 'wifi'],
    ['wifi'],
    [],
  ]);
});

it('says in a sentence what is wrong', () => {
  expect(problem([])).toContain('--listen is needed');
  expect(problem(['--listen', 'somewhere'])).toContain('--listen somewhere');
  expect(problem([...LISTEN, '--files', 'many'])).toContain('--files many');
  expect(problem([...LISTEN, '--bytes', '-3'])).toContain('--bytes');
  expect(problem([...LISTEN, '--bytes', 'huge'])).toContain('--bytes huge');
  expect(problem([...LISTEN, '--udid', 'xyz'])).toContain('--udid xyz');
  expect(problem([...LISTEN, '--udid', 'a'.repeat(40), '--phones', '2'])).toContain('one phone only');
  expect(problem([...LISTEN, '--encrypted'])).toContain('--password-env');
  expect(problem([...LISTEN, '--encrypted', '--password-env', 'PW'])).toContain('holds no password');
  expect(problem([...LISTEN, '--trust', 'maybe'])).toContain('ok, deny, pending');
  expect(problem([...LISTEN, '--colour', 'red'])).toContain('--colour');
  expect(problem([...LISTEN, 'stray'])).not.toBe('');
});
