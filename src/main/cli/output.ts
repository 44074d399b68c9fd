import type { Failure, Notice, Progress } from '../../shared/contract/index.ts';
import { formatBytes, formatDuration, formatRate } from '../../shared/text/index.ts';
import { noticeSentence, phaseTitle } from './words.ts';

/** Where a command's news go: lines of JSON for programs, a progress line and sentences for people. */
export interface Output {
  progress(progress: Progress): void;
  notice(notice: Notice): void;
  /** The result: as it is for programs, as `text` for people. */
  result(value: { readonly type: 'result' }, text: string): void;
  failure(failure: Failure): void;
}

export function jsonOutput(stdout: NodeJS.WriteStream): Output {
  const line = (value: unknown): void => {
    stdout.write(`${JSON.stringify(value)}\n`);
  };
  return { progress: line, notice: line, result: (value) => line(value), failure: line };
}

const BAR_WIDTH = 24;

/** Progress goes to stderr, as one line that is rewritten on a terminal and as one line a phase elsewhere. */
export function humanOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  let phase = '';
  let open = false;
  const endLine = (): void => {
    if (open) stderr.write('\n');
    open = false;
  };
  return {
    progress(progress) {
      if (!stderr.isTTY) {
        if (progress.phase !== phase) stderr.write(`${phaseTitle(progress.phase)}\n`);
        phase = progress.phase;
        return;
      }
      if (progress.phase !== phase) endLine();
      phase = progress.phase;
      stderr.write(`\r\u001b[K${progressLine(progress).slice(0, (stderr.columns || 100) - 1)}`);
      open = true;
    },
    notice(notice) {
      endLine();
      const sentence = noticeSentence(notice);
      if (sentence !== null) stderr.write(`${sentence}\n`);
    },
    result(_value, text) {
      endLine();
      stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    failure(failure) {
      endLine();
      const safe = failure.olderSnapshotsSafe ? 'Your earlier versions are untouched.' : 'Check your earlier versions.';
      stderr.write(`${failure.message}\n${safe}\n${failure.next}\n(${failure.code})\n`);
    },
  };
}

export function progressLine(progress: Progress): string {
  const { phase, doneFiles, doneBytes, totalBytes, bytesPerSecond, secondsLeft } = progress;
  const parts = [phaseTitle(phase)];
  if (totalBytes !== null && totalBytes > 0) {
    const share = Math.min(1, doneBytes / totalBytes);
    const filled = Math.round(share * BAR_WIDTH);
    parts.push(`[${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`);
  }
  if (doneFiles > 0) parts.push(`${doneFiles.toLocaleString('en')} files`);
  if (doneBytes > 0) parts.push(formatBytes(doneBytes));
  if (bytesPerSecond !== null && bytesPerSecond > 0) parts.push(formatRate(bytesPerSecond));
  if (secondsLeft !== null && secondsLeft > 1) parts.push(`about ${formatDuration(secondsLeft * 1000)} left`);
  return parts.join('  ');
}
