import type {
  Cleared,
  EmptyTrashResult,
  ForgetResult,
  MoveVaultResult,
  NoteResult,
  PinResult,
  PruneResult,
  RebuildIndexResult,
  RepairResult,
  RetentionResult,
  ScrubProblem,
  ScrubResult,
  TrashResult,
  UnforgetResult,
  VaultCheckResult,
  VaultInfoResult,
} from '../../shared/contract/index.ts';
import { formatBytes, formatDuration } from '../../shared/text/index.ts';
import { printable } from './browse-tables.ts';
import { shortId, table } from './tables.ts';

/** What the commands about the vault itself say. Figures of space tell apart what is free now and what will be. */

export function forgetText({ forgotten, undoUntil }: ForgetResult): string {
  const names = forgotten.map(shortId).join(', ');
  return [
    `Forgotten: ${names}. Until ${undoUntil} “unforget” brings ${forgotten.length === 1 ? 'it' : 'them'} back.`,
    'No space is free yet: that happens when the trash is swept.',
  ].join('\n');
}

export function unforgetText({ restored }: UnforgetResult): string {
  return `Back on the list: ${restored.map(shortId).join(', ')}.`;
}

export function pinText({ pinned, unpinned, until }: PinResult): string {
  if (pinned.length === 0) return `No longer pinned: ${unpinned.map(shortId).join(', ')}.`;
  const them = pinned.length === 1 ? 'it' : 'them';
  const end = until === null ? '' : ` until ${until}`;
  return `Pinned: ${pinned.map(shortId).join(', ')}. No rule and no lack of space will remove ${them}${end}.`;
}

export function noteText({ snapshot, note }: NoteResult): string {
  return note === null ? `The note of ${shortId(snapshot)} was taken away.` : `${shortId(snapshot)}: ${note}`;
}

export function trashText({ trash, wouldFreeBytes }: TrashResult): string {
  if (trash.length === 0) return 'The trash is empty.';
  const rows = trash.map((one) => [
    shortId(one.id),
    one.name || one.udid,
    one.finishedAt,
    one.by === 'owner' ? 'you' : 'the rules',
    one.forgottenAt,
    one.expired ? 'at the next sweep' : one.undoUntil,
  ]);
  const frees =
    wouldFreeBytes === null
      ? 'What they take up cannot be told: something in the vault cannot be read.'
      : `They take up ${formatBytes(wouldFreeBytes)} that nothing else needs, until they are swept.`;
  return [table(['SNAPSHOT', 'IPHONE', 'FINISHED', 'REMOVED BY', 'FORGOTTEN', 'KEPT UNTIL'], rows), frees].join('\n');
}

export function emptyTrashText(result: EmptyTrashResult): string {
  const gone =
    result.emptied.length === 0
      ? 'No version was in the trash.'
      : `Gone for good: ${result.emptied.map(shortId).join(', ')}.`;
  return [gone, ...clearedLines(result)].join('\n');
}

export function clearedLines(cleared: Cleared): string[] {
  const lines = [`Freed: ${formatBytes(cleared.freedBytes)} in ${cleared.freedFiles.toLocaleString('en')} files.`];
  if (cleared.waitingBytes > 0) {
    const from = cleared.nextSweepAt === null ? '' : ` (from ${cleared.nextSweepAt} on)`;
    lines.push(
      `Not free yet: ${formatBytes(cleared.waitingBytes)}. They go at the next run that is a day later${from}, in case another computer is using them now.`,
    );
  }
  if (cleared.clockInDoubt) {
    lines.push('The disk’s clock does not fit the dates in the vault, so nothing was judged by its age this time.');
  }
  return lines;
}

function lastCopyLines({ lastCopies, moreLastCopies, lastCopiesChecked }: PruneResult): string[] {
  if (!lastCopiesChecked) return ['What only they have is not known: give the backup password to have that looked at.'];
  if (lastCopies.length === 0) return ['Nothing in them is the last copy.'];
  const shown = lastCopies
    .slice(0, 20)
    .map((one) => `  ${one.kind}: ${printable(one.name)} (${shortId(one.snapshot)})`);
  const rest = lastCopies.length - shown.length + moreLastCopies;
  return ['Only they have:', ...shown, ...(rest > 0 ? [`  … and ${rest} more.`] : [])];
}

export function pruneText(result: PruneResult): string {
  const { dryRun, remove, expired, laterBytes, overBudgetBytes } = result;
  const verb = dryRun ? 'would leave' : 'left';
  const lines = [
    remove.length === 0
      ? 'The rules keep every version.'
      : `${remove.length} ${remove.length === 1 ? 'version' : 'versions'} ${verb} the list: ${remove.map(shortId).join(', ')}.`,
  ];
  if (remove.length > 0) lines.push(...lastCopyLines(result));
  if (expired.length > 0) {
    lines.push(`Undo time over, ${dryRun ? 'would go' : 'gone'} for good: ${expired.map(shortId).join(', ')}.`);
  }
  if (dryRun) lines.push(`This would free ${formatBytes(result.freedBytes)} at once.`);
  else lines.push(...clearedLines(result));
  if (laterBytes !== null && laterBytes > 0) {
    lines.push(`${formatBytes(laterBytes)} more come free when the undo time of what is in the trash is over.`);
  }
  if (overBudgetBytes > 0) {
    lines.push(`The limit of space is exceeded by ${formatBytes(overBudgetBytes)}: what is left may not go by itself.`);
  }
  return lines.join('\n');
}

export function retentionText({ policy, preset }: RetentionResult): string {
  const { everyForDays, dailyForWeeks, monthlyForMonths, thenYearly, budgetBytes } = policy;
  const rules =
    everyForDays === null
      ? 'Every version is kept for ever.'
      : [
          `Every version for ${everyForDays} days`,
          `one a day for ${dailyForWeeks} weeks`,
          `one a month for ${monthlyForMonths} months`,
          thenYearly ? 'then one a year.' : 'then nothing.',
        ].join(', ');
  const limit = budgetBytes === null ? '' : ` At most ${formatBytes(budgetBytes)}: then the oldest unpinned go first.`;
  return `${preset === null ? '' : `${preset}: `}${rules}${limit} Pinned versions always stay, and so does the newest verified one.`;
}

const PROBLEMS_SHOWN = 20;

export function scrubText(result: ScrubResult): string {
  const percent = Math.floor(result.coverage * 100);
  const lines = [
    result.ok ? 'Everything that was read is whole.' : 'DAMAGE was found.',
    `Read: ${formatBytes(result.readBytes)} in ${result.readFiles.toLocaleString('en')} files.` +
      ` Of the whole vault (${formatBytes(result.totalBytes)}) ${percent} % was read within 30 days.`,
    ...problemLines(result.problems, result.moreProblems),
  ];
  if (!result.complete) lines.push('It stopped before everything due was read; the next run goes on from there.');
  if (!result.ok) lines.push('Run “repair”: what has another copy is made whole, and nothing is deleted.');
  return lines.join('\n');
}

export function repairText(result: RepairResult): string {
  const { repaired, unrepaired, verified, needsPhone } = result;
  const lines = repaired.map(({ file, how }) => `Repaired: ${file} (${REPAIRS[how] ?? how})`);
  if (lines.length === 0 && unrepaired.length === 0) lines.push('There is nothing to repair.');
  for (const { snapshot, ok } of verified) {
    lines.push(`${shortId(snapshot)}: ${ok ? 'read through again, whole' : 'read through again, still damaged'}`);
  }
  if (unrepaired.length > 0) lines.push('No sound copy is left of:', ...problemLines(unrepaired, 0));
  for (const udid of needsPhone) {
    lines.push(`The next backup of ${udid} will ask for everything again, and bring back what the phone still has.`);
  }
  return lines.join('\n');
}

const REPAIRS: Readonly<Record<string, string>> = {
  'copied-to-new-pack': 'what was whole in it lies in a new pack',
  restored: 'restored from its other copy',
  rewritten: 'written again',
  'other-copy': 'another copy takes its place',
};

function problemLines(problems: readonly ScrubProblem[], more: number): string[] {
  const lines = problems.slice(0, PROBLEMS_SHOWN).map((one) => {
    const who = one.snapshot === null ? '' : `version ${shortId(one.snapshot)}, `;
    return `  ${one.severity}: ${who}${one.path ?? one.fileId ?? one.file ?? ''}: ${one.detail} (${one.kind})`;
  });
  const rest = Math.max(0, problems.length - PROBLEMS_SHOWN) + more;
  return rest > 0 ? [...lines, `  and ${rest} more`] : lines;
}

export function vaultInfoText(info: VaultInfoResult): string {
  const { destination } = info;
  const known = (value: string | null): string => value ?? 'unknown';
  const rows = [
    ['Vault', `${info.path} (${info.id}), format ${info.format}${info.readOnly ? ', can only be read' : ''}`],
    ['Made', info.createdAt],
    [
      'Versions',
      `${info.snapshots} of ${info.phones} ${info.phones === 1 ? 'phone' : 'phones'}; ${info.forgotten} in the trash`,
    ],
    ['Takes up', formatBytes(info.bytes)],
    ['Read through', `${Math.floor(info.coverage * 100)} % within 30 days`],
    ['Keeps', retentionText({ type: 'result', policy: info.policy, preset: null })],
    ['Disk', `${known(destination.fileSystem)}, ${destination.attachment}, ${known(destination.volumeId)}`],
    ['Free', `${formatBytes(destination.freeBytes)} of ${formatBytes(destination.totalBytes)}`],
    ['Encrypted at rest', destination.encryptedAtRest],
  ];
  if (destination.timeMachine !== 'none') rows.push(['Time Machine', destination.timeMachine]);
  if (info.unreadable > 0) rows.push(['Cannot be read', `${info.unreadable} records`]);
  const width = Math.max(...rows.map(([name]) => (name ?? '').length));
  return rows.map(([name, value]) => `${(name ?? '').padEnd(width)}  ${value}`).join('\n');
}

export function vaultCheckText(result: VaultCheckResult): string {
  const verdict = result.ok
    ? `Everything that ${result.checked} versions need is there at its size. Its bytes were not read again: “scrub” does that.`
    : 'Something is missing or damaged.';
  return [verdict, ...problemLines(result.problems, result.moreProblems)].join('\n');
}

export function moveVaultText({ from, path, files, bytes }: MoveVaultResult): string {
  return [
    `The vault is now in ${path}: ${files.toLocaleString('en')} files, ${formatBytes(bytes)}, each read back.`,
    `${from} still holds all of its files but is no vault any more. Delete it when you are sure.`,
  ].join('\n');
}

export function rebuildIndexText({ packs, objects, seconds }: RebuildIndexResult): string {
  return `The index was read anew from the vault: ${objects.toLocaleString('en')} objects in ${packs.toLocaleString('en')} packs, ${formatDuration(seconds * 1000)}.`;
}
