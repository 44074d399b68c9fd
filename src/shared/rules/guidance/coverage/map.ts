import { cloudOf } from './app-clouds.ts';
import { cell, countOf, heldOf, provenOf } from './held.ts';
import {
  type AppCloud,
  type CoverageCell,
  type CoverageFacts,
  type CoverageMap,
  type CoverageRow,
  type DataGroup,
  dataGroupSchema,
} from './types.ts';

/**
 * Groups of data and big apps against the places where they are. Only a version that was read back proves anything. A sync
 * is never called a backup (R37), and what no computer can look into is what its owner says of it, or unknown.
 */
export function coverageMap(facts: CoverageFacts): CoverageMap {
  const { now, version } = facts;
  return {
    at: now,
    version:
      version === null
        ? null
        : { snapshot: version.snapshot, startedAt: version.startedAt, verifiedAt: version.verified?.at ?? null },
    rows: [
      ...dataGroupSchema.options.map((group) => groupRow(group, facts)),
      ...facts.apps.map((app) => appRow(app, facts)),
    ],
  };
}

function groupRow(group: DataGroup, facts: CoverageFacts): CoverageRow {
  const { version } = facts;
  const held = version === null ? cell('no', 'no-version') : heldOf(group, version);
  const { count, bytes } = version === null ? { count: null, bytes: null } : countOf(group, version);
  const vault = version === null ? held : provenOf(held, version);
  const cells = {
    phone: phoneCell(group, held, facts),
    vault,
    'second-copy': copyCell(held, facts),
    icloud: icloudCell(group, facts),
    other: declaredCell(group, 'other', facts) ?? cell('unknown', 'nobody-said'),
  };
  const onlyOnPhone = group === 'notes-contacts-calendars' ? facts.onlyOnPhone : null;
  return { id: group, group, app: null, count, bytes, onlyOnPhone, cells, ifLost: ifLost(cells) };
}

function appRow({ id, name, bytes, hasData }: CoverageFacts['apps'][number], facts: CoverageFacts): CoverageRow {
  const { version } = facts;
  const row = `app:${id}`;
  const said = { icloud: declaredCell(row, 'icloud', facts), other: declaredCell(row, 'other', facts) };
  // Whoever says that it is in neither place has an app without any cloud.
  const cloud = said.icloud?.state === 'no' && said.other?.state === 'no' ? 'none' : cloudOf(id);
  const held =
    version === null
      ? cell('no', 'no-version')
      : hasData === null
        ? cell('unknown', 'not-counted')
        : hasData
          ? cell('proven', 'verified')
          : cell('no', 'no-data-of-app');
  const cells = {
    phone:
      version !== null && hasData !== null
        ? cell('proven', 'seen-in-version', version.finishedAt)
        : cell('unknown', 'not-counted'),
    vault: version === null ? held : provenOf(held, version),
    'second-copy': copyCell(held, facts),
    icloud: said.icloud ?? appICloudCell(facts),
    other: said.other ?? appOtherCell(cloud),
  };
  const app = { id, name, cloud };
  return { id: row, group: 'apps', app, count: null, bytes, onlyOnPhone: null, cells, ifLost: ifLost(cells) };
}

/** Counted on the phone itself, or seen by the backup that the phone sent. */
function phoneCell(group: DataGroup, held: CoverageCell, { phone, version }: CoverageFacts): CoverageCell {
  const counted = phone.counted[group];
  if (counted !== undefined) return cell('proven', 'counted-on-phone', counted.at, counted.count);
  if (version === null) return cell('unknown', 'no-version');
  switch (held.basis) {
    case 'verified':
      return cell('proven', 'seen-in-version', version.finishedAt, held.count);
    case 'originals-elsewhere':
    case 'only-in-icloud':
      return { ...held, at: version.finishedAt };
    case 'nothing-in-it':
      return { ...held, at: version.finishedAt };
    case 'not-all-readable':
      return cell('partial', 'not-all-readable', version.finishedAt, held.count);
    default:
      // Such as Health of a phone whose backups are open: it may be there, and no backup shows it.
      return cell('unknown', 'not-counted');
  }
}

function copyCell(held: CoverageCell, { secondCopy: copy, version }: CoverageFacts): CoverageCell {
  if (copy === null) return cell('unknown', 'not-known');
  if (copy === 'none' || version === null) return cell('no', 'no-copy');
  if (held.state !== 'proven' && held.state !== 'partial') return held;
  if (copy.verifiedAt === null) return cell('unknown', 'copy-not-verified', null, held.count);
  if (Date.parse(copy.at) < Date.parse(version.finishedAt)) return cell('partial', 'copy-is-older', copy.verifiedAt);
  return { ...held, at: copy.verifiedAt };
}

/** What the phone says of its own switches goes before what anybody remembers. */
function icloudCell(group: DataGroup, facts: CoverageFacts): CoverageCell {
  const { phone } = facts;
  const syncs = group === 'photos' ? phone.icloudPhotos : group === 'messages' ? phone.messagesInICloud : null;
  if (syncs === true) return cell('partial', 'sync-not-backup', phone.seenAt);
  const declared = declaredCell(group, 'icloud', facts);
  if (declared !== null) return declared;
  if (phone.icloudBackup === true && IN_ICLOUD_BACKUP.has(group)) {
    return cell('declared', 'phone-says-backup', phone.lastICloudBackupAt);
  }
  // Neither of the two ways: iOS does one or the other (R43).
  const isOff = phone.icloudBackup === false && (syncs === false || group === 'voicemail');
  return isOff ? cell('no', 'off', phone.seenAt) : cell('unknown', 'not-known');
}

/** What an iCloud backup holds when nothing else carries it; the rest has switches of its own that no computer sees. */
const IN_ICLOUD_BACKUP: ReadonlySet<DataGroup> = new Set(['photos', 'messages', 'voicemail', 'apps']);

function appICloudCell({ phone }: CoverageFacts): CoverageCell {
  if (phone.icloudBackup === true) return cell('declared', 'phone-says-backup', phone.lastICloudBackupAt);
  return cell('unknown', 'not-known');
}

function appOtherCell(cloud: AppCloud): CoverageCell {
  return cloud === 'server' ? cell('partial', 'usually-on-its-server') : cell('unknown', 'nobody-said');
}

/** The latest word of the owner. */
function declaredCell(row: string, place: 'icloud' | 'other', { declared }: CoverageFacts): CoverageCell | null {
  const said = declared
    .filter((one) => one.row === row && one.place === place)
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  if (said === undefined) return null;
  return said.value ? cell('declared', 'declared', said.at) : cell('no', 'declared-not', said.at);
}

/** The best of the places that are not the phone. */
function ifLost({ vault, 'second-copy': copy, icloud, other }: CoverageRow['cells']): CoverageRow['ifLost'] {
  const elsewhere = [vault, copy, icloud, other];
  const has = (state: CoverageCell['state']): boolean => elsewhere.some((one) => one.state === state);
  if (has('proven')) return 'comes-back';
  // Nothing there, nothing to lose.
  if (vault.basis === 'nothing-in-it') return 'comes-back';
  if (vault.state === 'partial' || copy.state === 'partial') return 'partly';
  if (has('declared') || has('partial')) return 'hoped';
  // That nobody named another place is no reason to hope for one.
  const isUnknown = elsewhere.some(({ state, basis }) => state === 'unknown' && basis !== 'nobody-said');
  return isUnknown ? 'unknown' : 'lost';
}
