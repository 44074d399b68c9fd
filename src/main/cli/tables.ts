import type {
  BackupResult,
  DemoResult,
  DevicesResult,
  EncryptionResult,
  ExportResult,
  PairResult,
  ShowResult,
  SnapshotSummary,
  SnapshotsResult,
  VerificationReport,
  VerifyResult,
} from '../../shared/contract/index.ts';
import { formatBytes, formatDuration } from '../../shared/text/index.ts';

const SHORT_ID = 12;
const PROBLEMS_SHOWN = 20;

export function devicesText(result: DevicesResult): string {
  if (result.devices.length === 0) return 'No iPhone is connected. Connect one with a cable and unlock it.';
  return table(
    ['NAME', 'UDID', 'CONNECTED BY', 'TRUSTED', 'ENCRYPTED BACKUPS'],
    result.devices.map((device) => [
      device.name || '(unknown)',
      device.udid,
      device.connections.join(', '),
      yesNo(device.paired),
      yesNo(device.encrypted),
    ]),
  );
}

export function pairText(result: PairResult): string {
  const who = result.name || result.udid;
  return result.created ? `${who} now trusts this computer.` : `${who} trusts this computer already.`;
}

export function encryptionText(result: EncryptionResult): string {
  const state = result.encrypted
    ? 'Backups of this iPhone are encrypted.'
    : 'Backups of this iPhone are not encrypted.';
  if (result.confirmed !== false) return state;
  return `${state} The iPhone did not confirm the new password: test it with the next backup before you rely on it.`;
}

export function snapshotsText(result: SnapshotsResult): string {
  const bad = result.unreadable.map((item) => `Cannot be read: ${item.file} (${item.reason})`);
  if (result.snapshots.length === 0) return ['No versions in this vault yet.', ...bad].join('\n');
  return [snapshotTable(result.snapshots), ...bad].join('\n');
}

function snapshotTable(snapshots: readonly SnapshotSummary[]): string {
  return table(
    ['SNAPSHOT', 'IPHONE', 'FINISHED', 'FILES', 'SIZE', 'NEW', 'ENCRYPTED', 'VERIFIED', ''],
    snapshots.map((one) => [
      one.id.slice(0, SHORT_ID),
      one.name || one.udid,
      one.finishedAt,
      one.files.toLocaleString('en'),
      formatBytes(one.bytes),
      formatBytes(one.newBytes),
      yesNo(one.encrypted),
      verifiedText(one),
      [pinWords(one), one.note ?? ''].filter((part) => part !== '').join(': '),
    ]),
  );
}

function pinWords({ pinned, pinnedUntil }: SnapshotSummary): string {
  if (!pinned) return '';
  return pinnedUntil === null ? 'pinned' : `pinned until ${pinnedUntil.slice(0, 10)}`;
}

function verifiedText({ verified }: SnapshotSummary): string {
  if (verified === null) return 'never';
  if (!verified.ok) return `FAILED (${verified.level}, ${verified.at})`;
  return verified.opened
    ? `${verified.level}, ${verified.at}`
    : `${verified.level}, read back, not opened, ${verified.at}`;
}

export function backupText(result: BackupResult): string {
  const { snapshot, verification, notSent } = result;
  const lines = [
    `Version ${snapshot.id.slice(0, SHORT_ID)} of ${snapshot.name || snapshot.udid}: ${snapshot.files.toLocaleString('en')} files, ` +
      `${formatBytes(snapshot.bytes)}, ${formatBytes(snapshot.newBytes)} new, ${snapshot.encrypted ? 'encrypted' : 'NOT encrypted'}, ` +
      `${snapshot.full ? 'full' : 'incremental'} (${formatDuration(result.seconds.backup * 1000)}).`,
  ];
  if (result.fullReason !== null) lines.push(`It was a full backup: ${result.fullReason}`);
  for (const file of notSent.slice(0, PROBLEMS_SHOWN))
    lines.push(`The iPhone could not send: ${file.path} (${file.reason})`);
  lines.push(...verificationLines(verification));
  for (const { kind, before, after, pinned } of result.losses) {
    const what =
      after === 0 && (kind === 'app' || kind === 'conversation')
        ? `A whole ${kind} is gone`
        : `Many ${kind} are gone: ${before} before, ${after} now`;
    lines.push(`${what}. Did you mean this? The version before, ${pinned.slice(0, SHORT_ID)}, was pinned and stays.`);
  }
  return lines.join('\n');
}

export function verifyText(result: VerifyResult): string {
  return [`Version ${result.snapshot.slice(0, SHORT_ID)}`, ...verificationLines(result)].join('\n');
}

function verificationLines(report: VerificationReport): string[] {
  const { scope } = report;
  const details = [
    `${scope.filesPresent.toLocaleString('en')} files present`,
    `${scope.filesReread.toLocaleString('en')} re-read (${formatBytes(scope.bytesReread)})`,
  ];
  if (scope.manifestRows !== null) details.push(`${scope.manifestRows.toLocaleString('en')} manifest rows matched`);
  if (scope.keysUnwrapped > 0) details.push(`${scope.keysUnwrapped.toLocaleString('en')} file keys unwrapped`);
  if (scope.filesDecrypted > 0) details.push(`${scope.filesDecrypted.toLocaleString('en')} decrypted`);
  if (scope.digestsChecked > 0) details.push(`${scope.digestsChecked.toLocaleString('en')} digests checked`);
  if (scope.databasesOpened.length > 0) details.push(`${scope.databasesOpened.length} databases opened`);
  const verdict = !report.ok
    ? `NOT verified: damage was found at level ${report.level}, ${report.at}.`
    : report.opened
      ? `Verified (${report.level}) at ${report.at}.`
      : `Read back, not opened (${report.level}) at ${report.at}: give the password to check the contents too.`;
  const lines = [verdict, `  Checked: ${details.join(', ')}; ${formatDuration(report.durationMs)}.`];
  for (const problem of report.problems.slice(0, PROBLEMS_SHOWN)) {
    lines.push(`  ${problem.severity}: ${problem.path ?? problem.fileId ?? ''} ${problem.detail} (${problem.kind})`);
  }
  const more = Math.max(0, report.problems.length - PROBLEMS_SHOWN) + report.moreProblems;
  if (more > 0) lines.push(`  and ${more} more`);
  return lines;
}

export function showText(result: ShowResult): string {
  const { snapshot, vault } = result;
  const lines = [
    snapshotTable([snapshot]),
    '',
    `Snapshot  ${snapshot.id}`,
    `UDID      ${snapshot.udid}   iOS ${snapshot.ios}`,
    `Vault     ${vault.path} (${vault.id})`,
    `Record    ${result.record}`,
    ...result.catalogs.map((catalog) => `Catalog   ${catalog.path} (${catalog.kind}, ${formatBytes(catalog.size)})`),
    `Packs     ${result.packs.length} (${formatBytes(result.packs.reduce((sum, pack) => sum + pack.size, 0))}); ` +
      `single objects ${result.singleObjects.count} (${formatBytes(result.singleObjects.bytes)})`,
    ...result.tops.map(
      (top) => `File      ${top.name} (${formatBytes(top.size)}${top.sha256 === null ? '' : `, sha256 ${top.sha256}`})`,
    ),
  ];
  if (result.domains === null) lines.push('', 'The list of files is encrypted: give the password to see it.');
  else {
    const rows = result.domains.map((one) => [one.domain, one.files.toLocaleString('en'), formatBytes(one.bytes)]);
    lines.push('', table(['DOMAIN', 'FILES', 'SIZE'], rows));
  }
  for (const check of result.history) {
    lines.push(
      `${check.ok ? 'Verified' : 'FAILED'}  ${check.level}, ${check.at}, ${check.checked} files, ${check.problems} problems`,
    );
  }
  return lines.join('\n');
}

export function exportText(result: ExportResult): string {
  return `Exported ${result.files.toLocaleString('en')} files, ${formatBytes(result.bytes)}, to ${result.path}`;
}

export function demoText(result: DemoResult): string {
  const where = result.kept
    ? `Kept in ${result.vault}; exported to ${result.export.path}.`
    : 'The demo’s vault and export have been removed again.';
  return `${snapshotTable(result.snapshots)}\n\n${where} ${formatDuration(result.seconds * 1000)} in all.`;
}

function yesNo(value: boolean | null): string {
  return value === null ? 'unknown' : value ? 'yes' : 'no';
}

/** The beginning of an id that people see. */
export function shortId(id: string): string {
  return id.slice(0, SHORT_ID);
}

/** Columns as wide as their widest cell, two spaces apart. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
