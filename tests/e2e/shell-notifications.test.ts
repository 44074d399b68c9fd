import { describe, expect, it } from 'vitest';
import { eventually, job, openShell, phone, type Shell, vault } from './standin/shell.ts';

const shown = ({ app }: Shell) =>
  app.evaluate(({ Notification }) =>
    Notification.all.map(({ options: { title, body, silent } }) => ({ title, body, silent })),
  );
const titles = async (shell: Shell) => (await shown(shell)).map(({ title }) => title);

describe('notifications', () => {
  it('tell of the passcode aloud, once, and lead to the backup', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await page.evaluate(`{
      window.told = [];
      window.backstop.onFrame((frame) => { if (frame.told === 'go') window.told.push(frame.route); });
      window.backstop.post({ type: 'face', wish: 'hello' });
    }`);
    await ready(shell);
    await shell.tell({ jobs: [job()] });
    await shell.tell({ jobs: [job({ passcodeSince: '2026-11-23T10:00:05.000Z' })] });
    await shell.tell({ jobs: [job({ passcodeSince: '2026-11-23T10:00:05.000Z', percent: 59 })] });
    await eventually(
      () => titles(shell),
      (all) => all.length > 0,
    );
    expect(await shown(shell)).toEqual([
      { title: 'Enter the passcode on iPhone 15 Pro', body: 'It is ready to back up.', silent: false },
    ]);
    await shell.app.evaluate(({ Notification }) => void Notification.all[0]!.emit('click'));
    await eventually(
      () => page.evaluate('window.told') as Promise<string[]>,
      (routes) => routes.includes('/job?job=job-1'),
    );
  });

  it('say why a backup failed and what is safe', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await ready(shell);
    await shell.tell({ jobs: [job()] });
    const failure = { code: 'backup/connection-lost', data: { phase: 'x' }, olderSnapshotsSafe: true };
    await shell.tell({ jobs: [job({ state: 'failed', endedAt: '2026-11-23T10:10:00.000Z', failure })] });
    const [one] = await eventually(
      () => shown(shell),
      (all) => all.length === 1,
    );
    expect(one?.title).toBe('iPhone 15 Pro could not be backed up');
    expect(one?.body).toMatch(/\. Everything up to .+ is safe\.$/);
  });

  it('are not shown a second time after a new start', async () => {
    const full = vault({ roomForBackups: 2 });
    const first = await openShell({ keepHome: true });
    await first.app.firstWindow();
    await ready(first, full);
    await eventually(
      () => titles(first),
      (all) => all.length === 1,
    );
    expect(await titles(first)).toEqual(['Studio SSD has room for about 2 more backups']);
    await first.app.close();
    await using second = await openShell({ home: first.home });
    await second.app.firstWindow();
    await ready(second, full);
    await second.tell({ vaults: [vault({ roomForBackups: 1 })] });
    await eventually(
      () => titles(second),
      (all) => all.length > 0,
    );
    expect(await titles(second)).toEqual(['Studio SSD has room for about 1 more backup']);
  });

  it('keep quiet about problems for whoever does not want them', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await shell.tell({ settings: { notifyProblems: false } });
    await ready(shell, vault({ roomForBackups: 1 }));
    await shell.tell({ phones: [phone({ encrypted: true })] });
    await shell.tell({ phones: [phone({ encrypted: false })] });
    await eventually(
      () => shell.heard(),
      (all) => all.filter(({ name }) => name === 'phones.list').length >= 3,
    );
    expect(await titles(shell)).toEqual([]);
  });
});

async function ready(shell: Shell, disk = vault()): Promise<void> {
  await shell.tell({ phones: [phone()], vaults: [disk] });
  await eventually(
    () => shell.app.evaluate(({ Tray }) => Tray.all[0]?.tooltip),
    (tooltip) => tooltip === 'Everything is protected',
  );
}
