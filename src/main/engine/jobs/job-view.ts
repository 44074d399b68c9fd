import type { Notice, Progress } from '../../../shared/contract/index.ts';
import type { JobView } from '../../../shared/contract/procedures/index.ts';

const MOST_NOTICES = 20;

/** The job after this progress: within a phase nothing goes backwards. */
export function withProgress(view: JobView, progress: Progress, now: string): JobView {
  const before = view.progress?.phase === progress.phase ? view.progress : null;
  const next: Progress = {
    type: 'progress',
    phase: progress.phase,
    doneFiles: Math.max(before?.doneFiles ?? 0, progress.doneFiles),
    doneBytes: Math.max(before?.doneBytes ?? 0, progress.doneBytes),
    totalFiles: progress.totalFiles,
    totalBytes: progress.totalBytes,
    bytesPerSecond: progress.bytesPerSecond,
    secondsLeft: progress.secondsLeft,
  };
  const hasGrown = next.doneBytes > (before?.doneBytes ?? 0);
  const percent = phonePercent(progress);
  return {
    ...view,
    progress: next,
    phases: view.phases.includes(next.phase) ? view.phases : [...view.phases, next.phase],
    percent: percent === null ? view.percent : Math.max(view.percent ?? 0, percent),
    lastDataAt: hasGrown ? now : view.lastDataAt,
  };
}

/** The job after this notice: the newest stay, and the passcode screen is remembered by when it came. */
export function withNotice(view: JobView, notice: Notice, now: string): JobView {
  const notices = [...view.notices, notice].slice(-MOST_NOTICES);
  if (notice.code === 'passcode-asked') return { ...view, notices, passcodeSince: view.passcodeSince ?? now };
  if (notice.code === 'passcode-entered') return { ...view, notices, passcodeSince: null };
  return { ...view, notices };
}

/** What the phone says of a backup's copying; other work has no such figure. */
function phonePercent(progress: Progress): number | null {
  const value = (progress as { readonly phonePercent?: unknown }).phonePercent;
  return typeof value === 'number' && value >= 0 && value <= 100 ? value : null;
}
