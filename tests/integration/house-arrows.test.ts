import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

/**
 * Do the arrows of the house bite? A small house is built in which every rule is broken once, beside one in which all is
 * as it should be, and the real configurations are run over both.
 */
const root = join(import.meta.dirname, '../..');
const bin = (tool: string): string => join(root, 'node_modules/.bin', tool);

const configSchema = z.object({
  forbidden: z.array(z.object({ name: z.string(), comment: z.string(), severity: z.string() })),
});
const { forbidden } = configSchema.parse(createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')));

/** Rule → a file and what it wrongly imports (paths from src/main/engine, unless they say otherwise). */
const planted: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  'shared-imports-zod-only': [
    ['src/shared/text/a.ts', 'node:fs'],
    ['src/shared/text/b.ts', 'src/main/engine/platform/index.ts'],
  ],
  'engine-knows-no-face': [
    ['src/main/engine/backup/face.ts', 'src/main/cli/index.ts'],
    ['src/main/engine/backup/window.ts', 'electron'],
    ['src/main/engine/vault/react.ts', 'react'],
  ],
  'only-the-shell-knows-electron': [['src/main/cli/window.ts', 'electron']],
  'the-preload-has-no-logic': [['src/main/preload/clever.ts', 'src/shared/text/right.ts']],
  'pages-are-in-a-browser': [['src/renderer/reach.ts', 'src/main/engine/platform/index.ts']],
  'simulator-is-for-demo-and-rehearsal': [['src/main/engine/backup/sim.ts', 'src/main/simulator/index.ts']],
  'simulator-imports-little': [
    ['src/main/simulator/a.ts', 'src/main/engine/vault/index.ts'],
    ['src/main/simulator/b.ts', 'src/main/engine/device/services/mobilebackup2/index.ts'],
    ['src/main/simulator/c.ts', 'src/main/engine/formats/plist/inside.ts'],
  ],
  'vault-knows-no-phones': [
    ['src/main/engine/vault/phone.ts', 'src/main/engine/device/index.ts'],
    ['src/main/engine/vault/format.ts', 'src/main/engine/formats/index.ts'],
  ],
  'device-knows-no-snapshots': [
    ['src/main/engine/device/snap.ts', 'src/main/engine/vault/index.ts'],
    ['src/main/engine/device/manifest.ts', 'src/main/engine/formats/index.ts'],
  ],
  'formats-know-neither': [
    ['src/main/engine/formats/phone.ts', 'src/main/engine/device/wire/index.ts'],
    ['src/main/engine/formats/bytes.ts', 'src/main/engine/vault/index.ts'],
  ],
  'process-carries-only': [['src/main/engine/process/knowing.ts', 'src/main/engine/api/index.ts']],
  'jobs-and-library-know-no-work': [
    ['src/main/engine/jobs/knowing.ts', 'src/main/engine/backup/index.ts'],
    ['src/main/engine/library/knowing.ts', 'src/main/engine/vault/index.ts'],
  ],
  'platform-is-the-floor': [['src/main/engine/platform/up.ts', 'src/main/engine/formats/index.ts']],
  'verbs-do-not-reach-into-each-other': [
    ['src/main/engine/backup/other.ts', 'src/main/engine/verify/index.ts'],
    ['src/main/engine/export/up.ts', 'src/main/engine/api/index.ts'],
    ['src/main/engine/browse/other.ts', 'src/main/engine/verify/index.ts'],
    ['src/main/engine/rescue/other.ts', 'src/main/engine/backup/index.ts'],
    ['src/main/engine/storage/other.ts', 'src/main/engine/rescue/index.ts'],
  ],
  'api-is-the-only-door': [
    ['src/main/cli/deep.ts', 'src/main/engine/vault/index.ts'],
    ['src/main/server/deep.ts', 'src/main/engine/device/index.ts'],
    ['src/main/shell/deep.ts', 'src/main/engine/vault/index.ts'],
  ],
  'rooms-are-entered-by-their-door': [
    ['src/main/engine/backup/window-side.ts', 'src/main/engine/vault/inside.ts'],
    ['src/main/engine/verify/plist.ts', 'src/main/engine/formats/plist/inside.ts'],
  ],
  'one-importer-for-the-plist-reader': [['src/main/engine/backup/plists.ts', 'bplist-parser']],
  'one-importer-for-usbmux-client': [['src/main/engine/device/pairing/mux.ts', 'usbmux-client']],
  'one-door-to-the-disk': [['src/main/engine/vault/disk.ts', 'node:fs']],
  'nothing-imports-tests': [
    ['src/main/engine/api/helped.ts', 'tests/support/help.ts'],
    ['src/main/engine/backup/tested.ts', 'src/main/engine/backup/good.test.ts'],
  ],
  'no-cycles': [['src/main/engine/verify/one.ts', 'src/main/engine/verify/two.ts']],
  'everything-resolves': [['src/main/engine/verify/nowhere.ts', 'src/main/engine/verify/gone.ts']],
};

/** What the same folders may import. */
const right: readonly (readonly [from: string, to: string])[] = [
  ['src/main/shell/right.ts', 'electron'],
  ['src/shared/text/right.ts', 'zod'],
  ['src/main/engine/api/right.ts', 'src/main/simulator/index.ts'],
  ['src/main/engine/api/right-2.ts', 'src/main/engine/backup/index.ts'],
  ['src/main/engine/backup/right.ts', 'src/main/engine/vault/index.ts'],
  ['src/main/engine/backup/right-2.ts', 'src/main/engine/device/services/mobilebackup2/index.ts'],
  ['src/main/engine/device/right.ts', 'src/main/engine/formats/plist/index.ts'],
  ['src/main/engine/device/usbmux/right.ts', 'usbmux-client'],
  ['src/main/engine/formats/plist/right.ts', 'bplist-parser'],
  ['src/main/engine/browse/right.ts', 'src/main/engine/vault/index.ts'],
  ['src/main/engine/browse/right-2.ts', 'src/main/engine/formats/sqlite/index.ts'],
  ['src/main/engine/vault/right.ts', 'src/main/engine/platform/index.ts'],
  ['src/main/engine/vault/io/right.ts', 'node:fs'],
  ['src/main/simulator/right.ts', 'src/main/engine/device/wire/index.ts'],
  ['src/main/simulator/right-2.ts', 'src/main/engine/formats/plist/index.ts'],
  ['src/main/cli/right.ts', 'src/main/engine/api/index.ts'],
  ['src/main/server/right.ts', 'src/main/engine/client.ts'],
  ['src/main/engine/process/right.ts', 'src/main/engine/log/index.ts'],
  ['src/main/engine/jobs/right.ts', 'src/main/engine/platform/index.ts'],
  ['tests/integration/right.ts', 'src/main/engine/vault/inside.ts'],
];

const house = mkdtempSync(join(tmpdir(), 'backstop-house-'));
const wrong = Object.values(planted).flat();

function write(path: string, text: string): void {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
}

function specifier(from: string, to: string): string {
  if (!to.includes('/') || to.startsWith('node:')) return to;
  const up = dirname(from)
    .split('/')
    .map(() => '..');
  return `${up.join('/')}/${to}`;
}

beforeAll(() => {
  for (const name of ['electron', 'react', 'zod', 'bplist-parser', 'usbmux-client']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'export {};\n');
  }
  write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }\n');
  copyFileSync(join(root, 'biome.json'), join(house, 'biome.json'));
  const edges = [...wrong, ...right];
  const targets = new Set(edges.map(([, to]) => to).filter((to) => to.endsWith('.ts') && !to.endsWith('/gone.ts')));
  for (const path of targets) write(path, 'export {};\n');
  for (const [from, to] of edges) write(from, `import '${specifier(from, to)}';\n`);
  // Nobody imports the ones above, which is another rule's concern.
  write('tests/integration/all.test.ts', edges.map(([from]) => `import '../../${from}';\n`).join(''));
  write('src/main/engine/verify/alone.ts', 'export {};\n');
  write('src/main/engine/verify/two.ts', `import './one.ts';\n`);
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

const cruiseSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

describe('dependency-cruiser', () => {
  let broken: ReadonlySet<string>;

  beforeAll(() => {
    const config = join(root, '.dependency-cruiser.cjs');
    const run = spawnSync(bin('depcruise'), ['src', 'tests', '--config', config, '--output-type', 'json'], {
      cwd: house,
      encoding: 'utf8',
    });
    const { summary } = cruiseSchema.parse(JSON.parse(run.stdout));
    broken = new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`));
  });

  it('has a reason for every arrow, and a planted wrong one in this test', () => {
    for (const rule of forbidden) {
      expect(rule.comment).toMatch(/^.{20,}\.$/);
      expect(rule.severity).toBe('error');
    }
    expect(Object.keys(planted).concat('no-orphans').toSorted()).toEqual(forbidden.map((rule) => rule.name).toSorted());
  });

  it.each(Object.entries(planted).flatMap(([rule, edges]) => edges.map(([from, to]) => ({ rule, from, to }))))(
    '$rule: $from → $to is refused',
    ({ rule, from }) => expect([...broken]).toContain(`${rule}: ${from}`),
  );

  it('knows every room of the engine', () => {
    // A new room needs its arrows in both configurations, a wrong one planted above, and then its name here. Beside the
    // rooms lie the two ends of the engine's process.
    const rooms = ['api', 'backup', 'browse', 'device', 'export', 'formats', 'jobs', 'library', 'log', 'platform'];
    const ends = ['client.ts', 'host.ts'];
    const found = readdirSync(join(root, 'src/main/engine')).filter((name) => !ends.includes(name));
    expect(found.toSorted()).toEqual([...rooms, 'process', 'rescue', 'storage', 'vault', 'verify']);
  });

  it('no-orphans: a module that nobody imports is refused', () => {
    expect([...broken]).toContain('no-orphans: src/main/engine/verify/alone.ts');
  });

  it.each(right)('%s → %s is fine', (from) => {
    expect([...broken].filter((line) => line.endsWith(`: ${from}`))).toEqual([]);
  });
});

describe('the linter shows wrong arrows inside the editor', () => {
  const diagnosticsSchema = z.object({
    diagnostics: z.array(
      z.object({ location: z.object({ path: z.union([z.string(), z.object({ file: z.string() })]) }) }),
    ),
  });
  let flagged: ReadonlySet<string>;

  beforeAll(() => {
    const args = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', 'src'];
    const run = spawnSync(bin('biome'), args, { cwd: house, encoding: 'utf8' });
    const { diagnostics } = diagnosticsSchema.parse(JSON.parse(run.stdout));
    flagged = new Set(diagnostics.map(({ location: { path } }) => (typeof path === 'string' ? path : path.file)));
  });

  // What takes the whole graph (cycles, orphans, doors inside a room) or another kind of look is dependency-cruiser's.
  const graphOnly = new Set([
    'rooms-are-entered-by-their-door',
    'verbs-do-not-reach-into-each-other',
    'only-the-shell-knows-electron',
    'one-importer-for-the-plist-reader',
    'one-importer-for-usbmux-client',
    'one-door-to-the-disk',
    'no-cycles',
    'everything-resolves',
  ]);
  const shown = Object.entries(planted).flatMap(([rule, edges]) => (graphOnly.has(rule) ? [] : edges));

  it.each(shown)('%s → %s', (from) => expect([...flagged]).toContain(from));
  it.each(right)('%s → %s is fine', (from) => expect([...flagged]).not.toContain(from));
});
