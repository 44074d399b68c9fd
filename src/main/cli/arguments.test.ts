import { describe, expect, it } from 'vitest';
import { isBackstopError } from '../../shared/errors/index.ts';
import { parseCommandLine, wantsJson } from './arguments.ts';

function refusal(argv: string[]): string {
  try {
    parseCommandLine(argv);
  } catch (error) {
    if (isBackstopError(error, 'cli/usage')) return String(error.data['problem']);
    throw error;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

describe('the command line', () => {
  it('takes options before and after the command', () => {
    const line = parseCommandLine(['--json', 'backup', 'UDID', '--full', '--vault', '/v']);
    expect(line).toMatchObject({ command: 'backup', udid: 'UDID', json: true, full: true, vault: '/v' });
  });

  it('gives encryption its action and its phone', () => {
    const line = parseCommandLine(['encryption', 'change', 'UDID', '--new-password-file', 'f']);
    expect(line).toMatchObject({ positionals: ['change', 'UDID'], udid: 'UDID', newPasswordFile: 'f' });
  });

  it('gives serve its address, and opens the browser unless told not to', () => {
    expect(parseCommandLine(['serve']).serve).toEqual({
      port: null,
      host: '127.0.0.1',
      open: true,
      tlsCert: null,
      tlsKey: null,
      selfSigned: false,
    });
    const line = parseCommandLine(['serve', '--port', '8080', '--no-open', '--host', 'nas', '--self-signed']);
    expect(line.serve).toMatchObject({ port: 8080, host: 'nas', open: false, selfSigned: true });
    expect(refusal(['serve', '--port', '99999'])).toContain('65535');
    expect(refusal(['serve', '--tls-cert', 'c.pem'])).toContain('belong together');
    expect(refusal(['serve', '--tls-cert', 'c', '--tls-key', 'k', '--self-signed'])).toContain('not both');
    expect(refusal(['devices', '--port', '1'])).toContain('does not belong');
  });

  it('says help without a command', () => {
    expect(parseCommandLine([]).command).toBe('help');
    expect(parseCommandLine(['verify', '--help']).helpFor).toBe('verify');
  });

  it('refuses unknown commands, options, levels and numbers of words', () => {
    expect(refusal(['restore-all'])).toContain('no command');
    expect(refusal(['backup', '--fast'])).toContain('--fast');
    expect(refusal(['devices', '--full'])).toContain('does not belong');
    expect(refusal(['verify', 'latest', '--level', 'deep'])).toContain('no level');
    expect(refusal(['export', 'latest'])).toContain('export SNAPSHOT DIR');
  });

  it('takes no password on the command line', () => {
    expect(refusal(['backup', '--password', 'secret'])).toContain('--password');
  });

  it('knows that JSON is wanted even when the rest is wrong', () => {
    expect(wantsJson(['nonsense', '--json'])).toBe(true);
  });
});
