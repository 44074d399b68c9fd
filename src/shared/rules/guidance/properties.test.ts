import { describe, expect, it } from 'vitest';
import { type CleanupFacts, decide, OPTIONS, planCleanup, standingOf } from './index.ts';
import { chance, DIALS, type Setting, someChoice, someSetting, world } from './test-support/dials.ts';
import { choose, facts, NOW } from './test-support/facts.ts';
import type { Certificate, Check, CleanupChoice, Exclusion, StandingFacts } from './types.ts';

/** What must hold in every world. A failure names the seed and the world. */

const SEED = 20_260_301;
const WORLDS = 6000;
const IDS = OPTIONS.map(({ id }) => id);

const verdictOf = (choice: CleanupChoice, setting: Setting) => decide(choice, world(setting), { udid: 'A' });

function* worlds(
  seed: number,
  count: number,
): Generator<{ choice: CleanupChoice; setting: number[]; next: (limit: number) => number }> {
  const next = chance(seed);
  for (let i = 0; i < count; i += 1) yield { choice: someChoice(next, IDS), setting: someSetting(next), next };
}

const told = (choice: CleanupChoice, setting: Setting): string =>
  `seed ${SEED}: ${choice.options.join(', ')}; ${DIALS.map(({ name }, i) => `${name} ${setting[i]}`)
    .filter((one) => !one.endsWith(' 0'))
    .join(', ')}`;

/** By hand, without the checks: is everything there that a certificate rests on? */
function isEarned(choice: CleanupChoice, { phone, version }: CleanupFacts): boolean {
  if (version === null) return false;
  const chosen = OPTIONS.filter(({ id }) => choice.options.includes(id));
  const isFull = phone.freeBytes !== null && phone.capacityBytes !== null && phone.freeBytes * 20 < phone.capacityBytes;
  const mayBeFull = isFull || phone.freeBytes === null || phone.capacityBytes === null;
  const isHigh =
    chosen.some(({ level }) => level === 'high') ||
    chosen.filter(({ level }) => level === 'medium').length > 2 ||
    (mayBeFull && chosen.some(({ isDeletion }) => isDeletion));
  const strong = isHigh ? ['full', 'open', 'rehearsed'] : ['quick', 'full', 'open', 'rehearsed'];
  const level = version.verified?.level ?? '';
  const proven = chosen.filter(({ needs }) => needs !== 'nothing' && needs !== 'icloud-drive');
  const has = proven.every(({ id, needs }) => {
    if (needs === 'apps') {
      const without = version.appsWithoutData;
      return without !== null && !(choice.apps.length > 0 && without.length === choice.apps.length);
    }
    const items = version.items[id];
    return items != null && (items.present > 0 || items.onlyInICloud + items.missing === 0);
  });
  const age = Date.parse(NOW) - Date.parse(version.startedAt);
  return (
    proven.length > 0 &&
    has &&
    version.complete === true &&
    version.manifestId.length === 12 &&
    version.encrypted === true &&
    version.damaged === false &&
    strong.includes(level) &&
    (version.passwordTestedAt !== null || level === 'open' || level === 'rehearsed') &&
    version.pinned === true &&
    (version.pinnedUntil === null ||
      Date.parse(version.pinnedUntil) - Date.parse(version.startedAt) >= 72 * 3_600_000) &&
    version.addedSince !== null &&
    version.addedSince.items <= 50 &&
    version.addedSince.bytes <= 500_000_000 &&
    age < 24 * 3_600_000
  );
}

describe(`in ${WORLDS} worlds (seed ${SEED})`, () => {
  it('a certificate is issued just where everything it rests on is there, and never for a low risk', () => {
    const counts = { issued: 0, refused: 0, 'not-needed': 0 };
    for (const { choice, setting } of worlds(SEED, WORLDS)) {
      const known = world(setting);
      const { verdict } = decide(choice, known, { udid: 'A' });
      counts[verdict] += 1;
      const { level } = planCleanup(choice, known);
      const expected = level === 'low' ? 'not-needed' : isEarned(choice, known) ? 'issued' : 'refused';
      expect(verdict, told(choice, setting)).toBe(expected);
    }
    // Else this would prove nothing.
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(WORLDS / 20);
  });

  it('to turn one fact from unknown to good never removes a certificate', () => {
    let turned = 0;
    for (const { choice, setting } of worlds(SEED + 1, WORLDS / 2)) {
      setting.forEach((_, dial) => {
        if (DIALS[dial]?.unknown === null) return;
        const before = setting.with(dial, -1);
        if (verdictOf(choice, before).verdict !== 'issued') return;
        turned += 1;
        // Of a phone that turned out to have room a low risk needs none any more.
        expect(verdictOf(choice, setting.with(dial, 0)).verdict, told(choice, before)).not.toBe('refused');
      });
    }
    expect(turned).toBeGreaterThan(WORLDS);
  });

  it('to turn any fact to something worse or to unknown never grants one', () => {
    let turned = 0;
    for (const { choice, setting } of worlds(SEED + 2, WORLDS / 2)) {
      if (verdictOf(choice, setting).verdict !== 'refused') continue;
      setting.forEach((from, dial) => {
        const { known, unknown } = DIALS[dial] as (typeof DIALS)[number];
        const worse = from === -1 ? [] : known.map((_, to) => to).filter((to) => to > from);
        for (const to of unknown === null ? worse : [...worse, -1]) {
          turned += 1;
          expect(verdictOf(choice, setting.with(dial, to)).verdict, told(choice, setting)).not.toBe('issued');
        }
        // From unknown to the worst; where no app is named, some without data are never all of them.
        const isWorst = DIALS[dial]?.name !== 'apps without data' || choice.apps.length > 0;
        if (from !== -1 || !isWorst) return;
        const worst = setting.with(dial, known.length - 1);
        expect(verdictOf(choice, worst).verdict, told(choice, worst)).not.toBe('issued');
      });
    }
    expect(turned).toBeGreaterThan(WORLDS);
  });

  it('no certificate stands beside a required check that fails or is unknown, and each refusal has one', () => {
    for (const { choice, setting } of worlds(SEED + 3, WORLDS)) {
      const known = world(setting);
      const verdict = decide(choice, known, { udid: 'A' });
      const open = planCleanup(choice, known).checks.filter(isInTheWay);
      if (verdict.verdict === 'refused') expect(verdict.reasons, told(choice, setting)).toEqual(open);
      else expect(open, told(choice, setting)).toEqual([]);
      if (verdict.verdict !== 'issued') continue;
      const required = verdict.certificate.checks.filter(({ role }) => role === 'required').map(({ id }) => id);
      expect(required.toSorted()).toEqual(REQUIRED.toSorted());
    }
  });

  it('a certificate names every warning and everything unknown before it says what it covers', () => {
    let limited = 0;
    for (const { choice, setting } of worlds(SEED + 4, WORLDS)) {
      const verdict = verdictOf(choice, setting);
      if (verdict.verdict !== 'issued') continue;
      const { certificate } = verdict;
      const said = certificate.excludes.filter(({ isException }) => isException).map(({ what }) => what);
      for (const { id, status } of certificate.checks) {
        if (status === 'pass') continue;
        limited += 1;
        expect(
          NAMED_AS[id]?.some((what) => said.includes(what)),
          `${told(choice, setting)}: ${id}`,
        ).toBe(true);
      }
      expect(certificate.excludes.slice(0, said.length).every(({ isException }) => isException)).toBe(true);
      expect(certificate.excludes.at(-1)?.what).toBe('added-later');
      expect(certificate.verdict).toBe(said.length > 0 ? 'safe-except' : 'safe');
    }
    expect(limited).toBeGreaterThan(WORLDS / 10);
  });

  it('a certificate ends within its hours, after now, and not after its pin', () => {
    for (const { choice, setting } of worlds(SEED + 5, WORLDS)) {
      const verdict = verdictOf(choice, setting);
      if (verdict.verdict !== 'issued') continue;
      const { coversUntil, validUntil, pinnedUntil, level } = verdict.certificate;
      const hours = (Date.parse(validUntil) - Date.parse(coversUntil)) / 3_600_000;
      expect(hours).toBe(level === 'high' ? 24 : 72);
      expect(Date.parse(validUntil)).toBeGreaterThan(Date.parse(NOW));
      if (pinnedUntil !== null) expect(Date.parse(validUntil)).toBeLessThanOrEqual(Date.parse(pinnedUntil));
    }
  });
});

const isInTheWay = ({ role, status }: Check): boolean =>
  role === 'required' && (status === 'fail' || status === 'unknown');

const REQUIRED: readonly Check['id'][] = [
  'version-complete',
  'encrypted',
  'newer-than-cleanup',
  'verified',
  'password-tested',
  'pinned',
  'originals-present',
];

const NAMED_AS: Partial<Record<Check['id'], readonly Exclusion['what'][]>> = {
  'newer-than-cleanup': ['added-since'],
  'originals-present': ['originals-only-in-icloud', 'originals-missing'],
  'icloud-photos': ['icloud-photos-sync'],
  'messages-in-icloud': ['messages-in-icloud-sync'],
  'photos-uploaded': ['not-uploaded'],
  'local-only-apps': ['apps-without-data'],
  'not-in-backups': ['icloud-drive-files'],
  'second-copy': ['no-second-copy'],
};

describe('in every combination of options', () => {
  it('there is a plan, at least as careful as its riskiest option, and a verdict that fits it', () => {
    const rank = ['low', 'medium', 'high'];
    const phones: readonly CleanupFacts[] = [
      facts(),
      facts({ version: null, place: null, secondCopy: null }),
      facts({ phone: { freeBytes: 0 } }),
      facts({ phone: { freeBytes: null, icloudPhotos: null, messagesInICloud: null }, secondCopy: null }),
      facts({ version: { items: {}, appsWithoutData: null, addedSince: null, damaged: null } }),
      facts({ version: { verified: { level: 'quick', at: NOW } }, phone: { icloudPhotos: true } }),
    ];
    const seen = new Set<string>();
    for (let bits = 1; bits < 2 ** IDS.length; bits += 1) {
      const chosen = OPTIONS.filter((_, i) => (bits >> i) % 2 === 1);
      const choice = choose(...chosen.map(({ id }) => id));
      for (const known of phones) {
        const plan = planCleanup(choice, known);
        const { verdict } = decide(choice, known, { udid: 'A' });
        const own = Math.max(...chosen.map(({ level }) => rank.indexOf(level)));
        if (rank.indexOf(plan.level) < own || plan.reasons.length === 0)
          throw new Error(`too careless: ${choice.options}`);
        if ((plan.level === 'low') !== (verdict === 'not-needed')) throw new Error(`no verdict: ${choice.options}`);
        if ((plan.checks.length === 0) !== (plan.level === 'low')) throw new Error(`no checks: ${choice.options}`);
        seen.add(`${plan.level} ${verdict}`);
      }
    }
    expect([...seen].toSorted()).toEqual([
      'high issued',
      'high refused',
      'low not-needed',
      'medium issued',
      'medium refused',
    ]);
  });

  it('and if nothing is chosen, nothing is at risk', () => {
    expect(planCleanup(choose(), facts())).toMatchObject({ level: 'low', checks: [], missing: [] });
  });
});

describe('a certificate’s standing', () => {
  const verdict = decide(choose('screenshots'), facts(), { udid: 'A' });
  const certificate = verdict.verdict === 'issued' ? verdict.certificate : (null as unknown as Certificate);
  const RANK = { lapsed: 0, uncertain: 1, valid: 2 };
  /** Each fact as bad, unknown, good. */
  const FACTS: Readonly<Record<string, readonly unknown[]>> = {
    exists: [false, null, true],
    damaged: [true, null, false],
    lastCheckOk: [false, null, true],
    pinned: [false, null, true],
    addedSince: [{ items: 51, bytes: 0 }, null, { items: 1, bytes: 1 }],
    isOnline: [false, true],
    now: ['2026-04-01T00:00:00.000Z', NOW],
  };

  it('never gets better by a fact that gets worse, in all of its states', () => {
    const names = Object.keys(FACTS);
    const all = names.reduce<Record<string, unknown>[]>(
      (some, name) => some.flatMap((one) => (FACTS[name] ?? []).map((value) => ({ ...one, [name]: value }))),
      [{}],
    );
    expect(all).toHaveLength(3 ** 5 * 2 ** 2);
    const rankOf = (one: Record<string, unknown>): number =>
      RANK[standingOf(certificate, one as unknown as StandingFacts).state];
    for (const one of all) {
      for (const name of names) {
        const ranks = (FACTS[name] ?? []).map((value) => rankOf({ ...one, [name]: value }));
        expect(ranks, `${name} in ${JSON.stringify(one)}`).toEqual(ranks.toSorted((a, b) => a - b));
      }
      // A known fault lapses it, whatever else is known.
      const isBad = names.some((name) => name !== 'isOnline' && one[name] === FACTS[name]?.[0]);
      expect(rankOf(one) === RANK.lapsed).toBe(isBad);
      const { state } = standingOf(certificate, one as unknown as StandingFacts);
      const mayBeUnknown = ['addedSince'];
      const isUnknown =
        names.some((name) => !mayBeUnknown.includes(name) && one[name] === null) || one['isOnline'] === false;
      if (!isBad) expect(state).toBe(isUnknown ? 'uncertain' : 'valid');
    }
  });
});
