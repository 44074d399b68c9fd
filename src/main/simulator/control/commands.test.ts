import { expect, it } from 'vitest';
import { parseCommand, parseJsonLine } from './commands.ts';

it('reads the commands as they are written in the manual', () => {
  expect(parseCommand({ cmd: 'mutate', delete: { photos: 5 } })).toEqual({ cmd: 'mutate', delete: { photos: 5 } });
  expect(parseCommand({ cmd: 'mutate', percent: 1 })).toEqual({ cmd: 'mutate', percent: 1 });
  expect(parseCommand({ cmd: 'detach' })).toEqual({ cmd: 'detach', via: 'usb' });
  expect(parseCommand({ cmd: 'fault', kind: 'drop', at: { message: 3 }, times: 2, udid: 'U' })).toEqual({
    cmd: 'fault',
    udid: 'U',
    fault: { kind: 'drop', at: { message: 3 }, options: { times: 2 } },
  });
});

it('says what is wrong with a command', () => {
  expect(() => parseJsonLine('{')).toThrow('not JSON');
  expect(() => parseCommand([])).toThrow('JSON object');
  expect(() => parseCommand({})).toThrow('no command "undefined"');
  expect(() => parseCommand({ cmd: 'jump' })).toThrow('no command "jump"');
  expect(() => parseCommand({ cmd: 'passcode', answer: 'perhaps' })).toThrow('ok');
  expect(() => parseCommand({ cmd: 'mutate', delete: { dreams: 5 } })).toThrow('dreams');
  expect(() => parseCommand({ cmd: 'battery', level: 101 })).toThrow('100');
  expect(() => parseCommand({ cmd: 'fault' })).toThrow('kind');
});
