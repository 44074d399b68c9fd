import type { CoverageCell, CoverageMap, CoveragePlace, CoverageRow } from '../../../shared/rules/guidance/index.ts';
import { bytesText, numberText, whenInSentence } from '../../text/formats.ts';
import { t } from '../../text/index.ts';

/** The coverage map in words. What nobody saw is never told as if somebody had. */

export const PLACES = ['phone', 'vault', 'second-copy', 'icloud', 'other'] as const satisfies readonly CoveragePlace[];

export function rowName({ group, app }: CoverageRow): string {
  return app === null ? t(`risk.group.${group}`) : (app.name ?? app.id);
}

/** How many and how much, as far as it was counted. */
export function amountOf({ app, count, bytes, onlyOnPhone }: CoverageRow): string {
  const parts = [
    count === null || count === 0 || app !== null ? null : numberText(count),
    bytes === null || bytes === 0 ? null : bytesText(bytes),
    onlyOnPhone === null || onlyOnPhone === 0 ? null : t('risk.onlyOnPhone', { count: onlyOnPhone }),
  ];
  return parts.filter((one) => one !== null).join(' · ');
}

export function cellText(cell: CoverageCell, place: CoveragePlace): string {
  return t(`risk.basis.${cell.basis}`, {
    place,
    when: cell.at === null ? 'none' : whenInSentence(cell.at),
    count: cell.count ?? 0,
    known: cell.count === null ? 'no' : 'yes',
  });
}

export function headlineOf({ rows, version }: CoverageMap): string {
  if (version === null) return t('risk.headline.nothing');
  const groups = rows.filter(({ app }) => app === null);
  const of = (what: CoverageRow['ifLost']): number => groups.filter(({ ifLost }) => ifLost === what).length;
  return t('risk.headline.some', {
    all: groups.length,
    back: of('comes-back'),
    lost: of('lost'),
    partly: of('partly'),
    hoped: of('hoped'),
    unknown: of('unknown'),
  });
}

export function sourceText({ version, at }: CoverageMap): string {
  if (version === null) return t('risk.source.none', { when: whenInSentence(at) });
  return t('risk.source.version', {
    made: whenInSentence(version.startedAt),
    verified: version.verifiedAt === null ? 'none' : whenInSentence(version.verifiedAt),
  });
}

export function outcomeText({ ifLost, cells }: CoverageRow): string {
  return t(`risk.ifLost.${cells.vault.basis === 'nothing-in-it' ? 'nothing' : ifLost}`);
}
