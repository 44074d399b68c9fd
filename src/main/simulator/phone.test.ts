import { expect, it } from 'vitest';
import { SimulatedPhone } from './phone.ts';
import { makeTinyContent } from './test-support/tiny-content.ts';

function makePhone(): SimulatedPhone {
  const content = makeTinyContent({ seed: 1, files: 1, bytes: 1 });
  return new SimulatedPhone({ content, scratchDir: '', state: { passcodeDelayMs: 0 } });
}

const never = new AbortController().signal;

it('shows the passcode screen, takes it away, and tells the answer', async () => {
  const phone = makePhone();
  const heard: string[] = [];
  phone.notifications.observe((name) => heard.push(name.split('.').at(-1) ?? ''));
  expect(await phone.askPasscode('backup', never)).toBe('ok');
  phone.state.passcodeAnswer = 'deny';
  expect(await phone.askPasscode('backup', never)).toBe('deny');
  expect(heard).toEqual(['presented', 'dismissed', 'presented', 'dismissed']);
  phone.state.passcodeSet = false;
  expect(await phone.askPasscode('backup', never)).toBe('ok');
  expect(heard.length).toBe(4);
});

it('waits while nobody answers, until somebody does or the host goes', async () => {
  const phone = makePhone();
  phone.state.passcodeAnswer = 'ignore';
  const leaving = new AbortController();
  const asked = phone.askPasscode('backup', leaving.signal);
  const late = phone.askPasscode('backup', never);
  leaving.abort(new Error('gone'));
  await expect(asked).rejects.toThrow('gone');
  phone.state.passcodeAnswer = 'ok';
  phone.events.record('command.passcode');
  expect(await late).toBe('ok');
});

it('never puts the backup password into its report', () => {
  const phone = makePhone();
  phone.setBackupPassword('correct horse');
  expect(phone.willEncrypt).toBe(true);
  expect(JSON.stringify(phone.report())).not.toContain('correct horse');
});
