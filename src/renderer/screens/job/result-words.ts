import type { JobResult } from '../../../shared/contract/procedures/index.ts';
import type { MarkKind } from '../../components/Mark.tsx';
import { bytesText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';

export interface ResultWords {
  /** `ok` only for what was read back. */
  readonly mark: MarkKind;
  readonly title: string;
  readonly lines: readonly string[];
}

/** What came of work that is no backup, in a title and a line or two. */
export function resultWords(result: JobResult): ResultWords {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  const problems = (listed: number, more: number): readonly string[] =>
    listed + more === 0 ? [] : [t('done.problems', { count: listed + more })];
  switch (result.kind) {
    case 'pair':
      return { mark: 'pass', title: t('done.pair', { name: result.name }), lines: [] };
    case 'encryption':
      return {
        mark: 'pass',
        title: t('done.encryption', { on: yes(result.encrypted) }),
        lines: result.confirmed === false ? [t('done.encryptionUnsure')] : [],
      };
    case 'verify': {
      const { ok, level, scope, moreProblems } = result.report;
      return {
        mark: !ok ? 'bad' : level === 'structure' ? 'idle' : 'ok',
        title: t('done.verify', { ok: yes(ok) }),
        lines: [
          t('done.verifyText', { files: scope.filesReread }),
          ...problems(result.report.problems.length, moreProblems),
        ],
      };
    }
    case 'export-backup':
    case 'export-items': {
      const { files, bytes, folder, failed } = result.exported;
      return {
        mark: failed.length === 0 ? 'pass' : 'warn',
        title: t('done.export', { count: files }),
        lines: [
          t('done.exportText', { size: bytesText(bytes), folder }),
          ...(failed.length === 0 ? [] : [t('done.exportFailed', { count: failed.length })]),
        ],
      };
    }
    case 'compare':
      return { mark: 'pass', title: t('done.compare'), lines: [] };
    case 'cleanup':
      return {
        mark: result.issued ? 'ok' : 'warn',
        title: t('done.cleanup', { issued: yes(result.issued) }),
        lines: [],
      };
    case 'rescue':
      return rescueWords(result.report);
    case 'cleanup-review':
      return {
        mark: result.unexpected === 0 ? 'pass' : 'warn',
        title: t('done.cleanupReview', { count: result.unexpected }),
        lines: [],
      };
    case 'scrub': {
      const { ok, readBytes, coverage, complete, moreProblems } = result.report;
      const share = new Intl.NumberFormat(undefined, { style: 'percent' }).format(coverage);
      return {
        mark: ok ? 'ok' : 'bad',
        title: t('done.scrub', { ok: yes(ok) }),
        lines: [
          t('done.scrubText', { size: bytesText(readBytes), share }),
          ...(complete ? [] : [t('done.scrubPartly')]),
          ...problems(result.report.problems.length, moreProblems),
        ],
      };
    }
    case 'repair': {
      const { repaired, unrepaired, needsPhone } = result.report;
      return {
        mark: unrepaired.length === 0 ? 'pass' : 'warn',
        title: t('done.repair', { left: unrepaired.length }),
        lines: [
          t('done.repairText', { fixed: repaired.length, left: unrepaired.length }),
          ...(needsPhone.length === 0 ? [] : [t('done.repairPhone')]),
        ],
      };
    }
    case 'check-vault': {
      const { ok, checked, moreProblems } = result.report;
      return {
        mark: ok ? 'pass' : 'bad',
        title: t('done.check-vault', { ok: yes(ok) }),
        lines: [t('done.checkText', { count: checked }), ...problems(result.report.problems.length, moreProblems)],
      };
    }
    case 'rebuild-vault':
      return { mark: 'pass', title: t('done.rebuild-vault'), lines: [] };
    case 'move-vault': {
      const { files, bytes } = result.report;
      return {
        mark: 'pass',
        title: t('done.move-vault'),
        lines: [t('done.moveText', { files, size: bytesText(bytes) })],
      };
    }
    case 'empty-trash': {
      const { freedBytes, waitingBytes } = result;
      const waiting = waitingBytes === 0 ? 'none' : bytesText(waitingBytes);
      return {
        mark: 'pass',
        title: t('done.empty-trash'),
        lines: [t('done.trashText', { size: bytesText(freedBytes), waiting })],
      };
    }
    case 'retention': {
      const { removed, laterBytes } = result;
      const later = laterBytes === null || laterBytes === 0 ? 'none' : bytesText(laterBytes);
      return {
        mark: 'pass',
        title: t('done.retention', { count: removed }),
        lines: removed === 0 ? [] : [t('done.retentionText', { later })],
      };
    }
    case 'backup':
      return { mark: 'idle', title: t('work.backup'), lines: [] };
  }
}

function rescueWords(report: Extract<JobResult, { kind: 'rescue' }>['report']): ResultWords {
  const { outcome, files, bytes, problemCount, onlyInICloud } = report;
  const isWhole = outcome === 'complete';
  const away = (onlyInICloud.photos ?? 0) + (onlyInICloud.videos ?? 0);
  return {
    mark: isWhole ? 'ok' : 'warn',
    title: t('done.rescue', { whole: isWhole ? 'yes' : 'no' }),
    lines: [
      t('done.rescueText', { count: files, size: bytesText(bytes) }),
      ...(problemCount === 0 ? [] : [t('done.rescueMissing', { count: problemCount })]),
      ...(away === 0 ? [] : [t('done.rescueCloud', { count: away })]),
    ],
  };
}
