import type { JobView, OutputOf } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import type { Scene } from '../staged-engine.ts';
import { ago, backups, base, daysAgo, phones, snapshotIdOf, UDIDS, VAULT } from './base.ts';
import { drawings } from './browse-data.ts';
import { certificate, estimates, facts, loss, map, photosChoice, plan, reasons, soon, view } from './cleanup-data.ts';

/** Before Cleanup in all its states, what would be lost today, and what there is to read. */

const [udid] = UDIDS;
const HOUR = 3_600_000;
const done = { done: true } as const;
const scene = (change: Scene = {}): Scene => ({
  ...base,
  'cleanup.estimates': estimates,
  'cleanup.get': { cleanup: null },
  'cleanup.plan': ({ choice }) => plan(choice, facts()),
  'cleanup.without': done,
  'cleanup.finished': done,
  'cleanup.close': done,
  'cleanup.keep': done,
  'risk.loss': loss,
  'risk.map': map(),
  'risk.declare': done,
  ...change,
});
const at = (address: string, change: Scene = {}, more: Partial<StagedScreen> = {}): StagedScreen => ({
  address: `#/cleanup?udid=${udid}${address}`,
  scene: scene(change),
  ...more,
});
const options = (...all: string[]): string => `&options=${encodeURIComponent(all.join(','))}`;
const protect = (given: ReturnType<typeof facts>, chosen = options(...photosChoice.options)): StagedScreen =>
  at(`&step=protect${chosen}`, { 'cleanup.plan': ({ choice }) => plan(choice, given) });

const oldVersion = {
  startedAt: daysAgo(1, 21, 2),
  finishedAt: daysAgo(1, 21, 14),
  verified: { level: 'quick' as const, at: daysAgo(1, 21, 15) },
  addedSince: { items: 223, bytes: 3.4e9, at: ago(60_000) },
  pinned: false,
  pinnedUntil: null,
};
const inOrder = facts();
const cloud = {
  'delete-unreviewed-photos': { present: 18_978, onlyInICloud: 640, missing: 0 },
  'large-videos': { present: 79, onlyInICloud: 0, missing: 0 },
  'message-attachments': { present: 9880, onlyInICloud: 0, missing: 0 },
};
const limited = facts(
  { phone: { ...inOrder.phone, icloudPhotos: true, optimiseStorage: true }, secondCopy: 'none' },
  { items: cloud },
);

const job = (change: Partial<JobView>): JobView => ({
  id: 'job-1',
  kind: 'cleanup',
  state: 'running',
  udid,
  vault: VAULT,
  snapshot: null,
  startedAt: ago(350_000),
  endedAt: null,
  progress: {
    type: 'progress',
    phase: 'receiving',
    doneFiles: 24_318,
    doneBytes: 12.9e9,
    totalFiles: null,
    totalBytes: null,
    bytesPerSecond: 38e6,
    secondsLeft: 243,
  },
  phases: ['connecting', 'waiting-for-passcode', 'preparing', 'receiving'],
  percent: 58,
  lastDataAt: ago(400),
  newBytes: 1.1e9,
  passcodeSince: null,
  notices: [],
  failure: null,
  result: null,
  cancelCosts: 'this-run',
  ...change,
});
const running = (change: Partial<JobView>): StagedScreen =>
  at('', {
    'jobs.list': { jobs: [job(change)] },
    'cleanup.get': { cleanup: view({ stage: 'protecting', job: 'job-1', snapshot: null }) },
    'cleanup.plan': ({ choice }) => plan(choice, facts({}, oldVersion)),
  });

/** The list of phones tells of it in a few words, for the foot of the sidebar. */
const brief = (cleanup: ReturnType<typeof view>): OutputOf<'phones.list'> => ({
  muxer: 'ready',
  phones: phones.slice(0, 1).map((one) => ({
    ...one,
    cleanup: {
      stage: cleanup.stage,
      verdict: cleanup.certificate?.verdict ?? null,
      coversUntil: cleanup.certificate?.coversUntil ?? null,
      validUntil: cleanup.certificate?.validUntil ?? null,
      standing: cleanup.standing?.state ?? null,
      reason: cleanup.standing?.reason ?? null,
      pinnedUntil: cleanup.certificate?.pinnedUntil ?? null,
    },
  })),
});

const showing = (change: Parameters<typeof view>[0]): StagedScreen =>
  at('', { 'cleanup.get': { cleanup: view(change) }, 'phones.list': brief(view(change)) });
const issued = certificate(photosChoice, facts());
const valid = { state: 'valid', reason: null } as const;

type Reviewed = OutputOf<'cleanup.reviewed'>;
const comparedWith = { vault: VAULT, snapshot: snapshotIdOf(1), finishedAt: ago(30 * 60_000) };
const picture = (name: string, n: number): Reviewed['items'][number] => {
  const token = `thumb-${String(n * 7 + name.length).padStart(14, '0')}`;
  return {
    kind: name,
    id: `${name}-${n}`,
    title: `IMG_${4000 + n}.${name === 'videos' ? 'MOV' : 'HEIC'}`,
    at: daysAgo(n * 3),
    bytes: name === 'videos' ? 412e6 - n * 1e6 : 3.7e6,
    media: { token, type: 'image', thumb: token },
  };
};
const gone: Readonly<Record<'expected' | 'unexpected', Pick<Reviewed, 'items' | 'kinds' | 'total'>>> = {
  unexpected: {
    total: 4,
    kinds: [
      { kind: 'recordings', count: 3, bytes: 84e6 },
      { kind: 'app-data', count: 1, bytes: 640e6 },
    ],
    items: [
      { kind: 'app-data', id: 'sketch', title: 'Sketch Pad', at: null, bytes: 640e6 },
      ...['Choir rehearsal', 'Recipe idea', 'New Recording 14'].map((title, n) => ({
        kind: 'recordings',
        id: `memo-${n}`,
        title,
        at: daysAgo(20 + n),
        bytes: 28e6,
      })),
    ],
  },
  expected: {
    total: 3522,
    kinds: [
      { kind: 'videos', count: 79, bytes: 19.5e9 },
      { kind: 'photos', count: 1102, bytes: 4.1e9 },
      { kind: 'message-attachments', count: 2341, bytes: 7.1e9 },
    ],
    items: [
      ...Array.from({ length: 79 }, (_, n) => picture('videos', n)),
      ...Array.from({ length: 60 }, (_, n) => picture('photos', n)),
      ...Array.from({ length: 60 }, (_, n) => ({
        kind: 'message-attachments',
        id: `attachment-${n}`,
        title: `Scan ${n + 1}.pdf`,
        at: daysAgo(n),
        bytes: 9e6 - n * 1e4,
      })),
    ],
  },
};
const NOTHING = { items: [], kinds: [], total: 0 };
const reviewed = (
  parts: Readonly<Record<'expected' | 'unexpected', Pick<Reviewed, 'items' | 'kinds' | 'total'>>>,
  change: Partial<Reviewed> = {},
): StagedScreen =>
  at(
    '',
    {
      'backups.list': {
        backups: backups.map((one, n) =>
          n === 0 ? { ...one, finishedAt: ago(3 * HOUR) } : n === 1 ? { ...one, bytes: 117.2e9 } : one,
        ),
        unreadable: [],
      },
      'cleanup.get': {
        cleanup: view({
          stage: 'reviewed',
          certificate: issued,
          standing: valid,
          finishedAt: ago(HOUR),
          reviewed: { vault: VAULT, snapshot: snapshotIdOf(1), at: ago(60_000) },
        }),
      },
      'cleanup.reviewed': ({ part, after, limit }) => ({
        ...parts[part],
        items: parts[part].items.slice(after, after + limit),
        expected: parts.expected.total,
        unexpected: parts.unexpected.total,
        goneBytes: 31.4e9,
        inTrash: 1169,
        isCertain: true,
        comparedWith,
        ...change,
      }),
      'cleanup.undo': { job: 'undo-1' },
      'system.pickFolder': {
        place: { token: 'place-0123456789abcdef', name: 'Brought back', path: '/Users/ada/Brought back' },
      },
    },
    { media: drawings },
  );

const undone = job({
  id: 'undo-1',
  kind: 'export-items',
  state: 'done',
  endedAt: ago(500),
  progress: null,
  result: {
    kind: 'export-items',
    exported: {
      place: 'place-0123456789abcdef',
      folder: '/Users/ada/Brought back',
      items: 4,
      files: 4,
      bytes: 724e6,
      failed: [],
    },
  },
});

export const cleanupScenes: Readonly<Record<string, StagedScreen>> = {
  'cleanup-choose-empty': at('&step=choose'),
  'cleanup-choose-high': at(`&step=choose${options(...photosChoice.options)}`),
  'cleanup-choose-medium': at(`&step=choose${options('screenshots', 'icloud-drive-files')}`),
  'cleanup-choose-low': at(`&step=choose${options('compress-photos', 'streamed-media')}`),
  'cleanup-choose-full': at(`&step=choose${options('reviewed-duplicates')}`, {
    'cleanup.estimates': { ...estimates, freeBytes: 4.1e9 },
  }),
  'cleanup-choose-apps': at(
    `&step=choose${options('remove-apps')}`,
    {},
    {
      steps: async (page) => {
        await page.getByRole('button', { name: 'Choose Apps…' }).click();
        await page.getByRole('dialog').waitFor();
      },
    },
  ),
  'cleanup-choose-none': at('&step=choose', {
    'phones.list': { phones: phones.slice(0, 1).map((one) => ({ ...one, backups: 0, newest: null })), muxer: 'ready' },
    'cleanup.estimates': {
      estimates: [],
      apps: [],
      freeBytes: null,
      capacityBytes: null,
      measuredAt: null,
      version: null,
    },
  }),
  'cleanup-no-phone': at('', { 'phones.list': { phones: [], muxer: 'ready' } }),
  'cleanup-protect-missing': protect(facts({ phone: limited.phone }, { ...oldVersion, items: cloud })),
  'cleanup-protect-ready': protect(facts()),
  'cleanup-protect-first': protect(facts({ phone: { ...inOrder.phone, encrypted: false }, secondCopy: null }, null)),
  'cleanup-protect-unknown': protect(
    facts(
      {
        phone: { ...inOrder.phone, icloudPhotos: null, messagesInICloud: null, connection: null },
        place: { name: 'Studio SSD', isOnline: true, freeBytes: null, neededBytes: null, fileSystem: null },
        secondCopy: null,
      },
      { complete: null, damaged: null, addedSince: null, pinned: null, items: {}, passwordTestedAt: null },
    ),
  ),
  'cleanup-protect-blocked': protect(
    facts(
      {
        phone: { ...inOrder.phone, connection: 'none' },
        place: { name: 'Studio SSD', isOnline: true, freeBytes: 1.2e9, neededBytes: 4.4e9, fileSystem: 'apfs' },
      },
      oldVersion,
    ),
  ),
  'cleanup-protect-icloud-drive': protect(facts(), options('icloud-drive-files')),
  'cleanup-protect-apps': protect(
    facts({ secondCopy: 'none' }, { appsWithoutData: [{ id: 'org.whispersystems.signal', name: 'Signal' }] }),
    `${options('remove-apps')}&apps=org.whispersystems.signal,com.sketch.pad`,
  ),
  'cleanup-without': {
    ...protect(facts({}, oldVersion)),
    steps: async (page) => {
      await page.getByRole('button', { name: 'Clean Without This…' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'cleanup-low': at(`&step=protect${options('compress-photos')}`),
  'cleanup-running': running({}),
  'cleanup-running-verify': running({
    cancelCosts: 'verification',
    phases: ['connecting', 'receiving', 'committing', 'rereading'],
    progress: {
      type: 'progress',
      phase: 'rereading',
      doneFiles: 61_204,
      doneBytes: 61e9,
      totalFiles: 96_410,
      totalBytes: 148.6e9,
      bytesPerSecond: 240e6,
      secondsLeft: 360,
    },
  }),
  'cleanup-running-passcode': running({ passcodeSince: ago(42_000), percent: null, cancelCosts: 'nothing' }),
  'cleanup-certificate': showing({ certificate: issued, standing: valid }),
  'cleanup-certificate-checked': {
    ...showing({ certificate: certificate(photosChoice, limited), standing: valid }),
    steps: async (page) => {
      await page.locator('summary').click();
      await page.locator('details table').scrollIntoViewIfNeeded();
    },
  },
  'cleanup-certificate-except': showing({ certificate: certificate(photosChoice, limited), standing: valid }),
  'cleanup-certificate-limits': showing({
    certificate: certificate(photosChoice, facts({ secondCopy: 'none' })),
    standing: { state: 'valid', reason: 'not-counted' },
  }),
  'cleanup-certificate-lapsed': showing({ certificate: issued, standing: { state: 'lapsed', reason: 'added' } }),
  'cleanup-certificate-uncertain': showing({
    certificate: issued,
    standing: { state: 'uncertain', reason: 'disk-away' },
  }),
  'cleanup-not-safe': showing({
    stage: 'refused',
    reasons: reasons(
      photosChoice,
      facts({}, { damaged: true, addedSince: null, items: { ...cloud, 'large-videos': null } }),
    ),
  }),
  'cleanup-not-safe-failed': showing({
    stage: 'refused',
    snapshot: null,
    reasons: reasons(photosChoice, facts({}, { ...oldVersion, passwordTestedAt: null })),
    failure: { code: 'backup/connection-lost', data: { phase: 'files were arriving' } },
  }),
  'cleanup-finished': at('', {
    'cleanup.get': {
      cleanup: view({ stage: 'reviewing', certificate: issued, standing: valid, finishedAt: soon(-1000) }),
    },
  }),
  'cleanup-finished-ready': at('', {
    'cleanup.get': {
      cleanup: view({ stage: 'reviewing', certificate: issued, standing: valid, finishedAt: ago(9 * HOUR) }),
    },
  }),
  'cleanup-review': reviewed(gone),
  'cleanup-review-open': {
    ...reviewed(gone),
    steps: async (page) => {
      await page.getByRole('button', { name: 'Review All: 3 voice memos' }).click();
      await page.getByRole('button', { name: 'Review All: 79 videos' }).click();
    },
  },
  'cleanup-review-planned': reviewed({ ...gone, unexpected: NOTHING }),
  'cleanup-review-nothing': reviewed(
    { expected: NOTHING, unexpected: NOTHING },
    { goneBytes: 0, inTrash: 0, isCertain: true },
  ),
  'cleanup-review-uncertain': reviewed(gone, { isCertain: false }),
  'cleanup-undone': {
    ...reviewed(gone),
    scene: { ...reviewed(gone).scene, 'jobs.list': { jobs: [undone] } },
    steps: async (page) => {
      await page.getByRole('button', { name: 'Bring Back 4 Items…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  risk: { address: `#/risk?udid=${udid}`, scene: scene() },
  'risk-open': {
    address: `#/risk?udid=${udid}`,
    scene: scene(),
    steps: async (page) => {
      await page.getByRole('button', { name: 'Notes, contacts, calendars' }).click();
      await page.getByText('You said so').waitFor();
    },
  },
  'risk-empty': {
    address: `#/risk?udid=${udid}`,
    scene: scene({
      'phones.list': {
        phones: phones.slice(0, 1).map((one) => ({ ...one, backups: 0, newest: null })),
        muxer: 'ready',
      },
      'risk.map': map({ version: null, apps: [], declared: [], secondCopy: null, onlyOnPhone: null }),
      'risk.loss': { ...loss, since: null, version: null, photos: 18_412, videos: 1206, bytes: 110e9 },
    }),
  },
  'risk-uncounted': {
    address: `#/risk?udid=${udid}`,
    scene: scene({
      'risk.loss': { ...loss, photos: null, videos: null, bytes: null, at: null, reason: 'device/not-connected' },
    }),
  },
  'guide-ways': { address: '#/guide', scene: scene() },
  'guide-full-phone': { address: '#/guide?page=full-phone', scene: scene() },
  'guide-question': { address: '#/guide?page=q-always-full', scene: scene() },
  'guide-compared': { address: '#/guide?page=compared', scene: scene() },
  'guide-facts': { address: '#/guide?page=facts', scene: scene() },
  'guide-mistakes': { address: '#/guide?page=mistakes', scene: scene() },
  'guide-levels': { address: '#/guide?page=levels', scene: scene() },
};
