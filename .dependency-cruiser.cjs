/**
 * The house's arrows: who may import whom (ARCHITECTURE.md). Every rule carries its reason; breaking one fails the gate.
 * Sources are parsed with TypeScript 6: version 7, which checks the types, has no API for dependency-cruiser yet.
 */
const engine = '^src/main/engine';

module.exports = {
  forbidden: [
    {
      name: 'shared-imports-zod-only',
      comment: 'Shared code runs in every face and must know no Node, no window and no disk.',
      severity: 'error',
      from: { path: '^src/shared', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^src/shared|^node_modules/zod' },
    },
    {
      name: 'engine-knows-no-face',
      comment: 'The engine serves a window, a browser and a terminal alike; it knows none of them.',
      severity: 'error',
      from: { path: engine },
      to: { path: '^src/main/(cli|shell|server|preload)|^src/renderer|^node_modules/(electron|react)' },
    },
    {
      name: 'only-the-shell-knows-electron',
      comment: 'Everything but the desktop face must run, and be tested, without a window.',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/main/(shell/|preload/|index\\.ts$)' },
      to: { path: '^(node_modules/)?electron(/|$)' },
    },
    {
      name: 'the-preload-has-no-logic',
      comment: 'What runs between a page and the shell is read at a glance, and is one file: it imports electron only.',
      severity: 'error',
      from: { path: '^src/main/preload/' },
      to: { pathNot: '^(node_modules/)?electron(/|$)' },
    },
    {
      name: 'pages-are-in-a-browser',
      comment: 'A page knows what is shared, and nothing of the program around it: it runs in any browser.',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^src/main|^tests' },
    },
    {
      name: 'simulator-is-for-demo-and-rehearsal',
      comment:
        'Only the demo (api) and the rehearsal (restore) may start a simulated phone: nothing real may lean on it.',
      severity: 'error',
      from: {
        path: '^src/main',
        pathNot: '^src/main/simulator|^src/main/engine/(api|restore)|\\.test\\.ts$|/test-support/',
      },
      to: { path: '^src/main/simulator' },
    },
    {
      name: 'simulator-imports-little',
      comment:
        'A phone that shared the host’s code would share its mistakes: only framing, formats and time are common.',
      severity: 'error',
      from: { path: '^src/main/simulator' },
      to: {
        path: '^src/main',
        pathNot: '^src/main/simulator|^src/main/engine/(device/wire|formats|formats/plist|platform)/index\\.ts$',
      },
    },
    {
      name: 'vault-knows-no-phones',
      comment: 'Bytes at rest do not depend on where they came from.',
      severity: 'error',
      from: { path: '^src/main/engine/vault/' },
      to: { path: '^src/main', pathNot: '^src/main/engine/(vault|platform|log)/' },
    },
    {
      name: 'device-knows-no-snapshots',
      comment:
        'Talking to a phone does not depend on what becomes of its bytes; of the formats it needs property lists only.',
      severity: 'error',
      from: { path: '^src/main/engine/device/' },
      to: { path: '^src/main', pathNot: '^src/main/engine/(device/|platform/|log/|formats/plist/index\\.ts$)' },
    },
    {
      name: 'formats-know-neither',
      comment: 'Formats turn bytes into values and back; they know no phone, no vault and no verb.',
      severity: 'error',
      from: { path: '^src/main/engine/formats/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/main', pathNot: '^src/main/engine/(formats|platform)/' },
    },
    {
      name: 'process-carries-only',
      comment: 'The engine’s process carries whatever engine it is given; it knows none of its rooms.',
      severity: 'error',
      from: { path: '^src/main/engine/process/' },
      to: { path: '^src/main', pathNot: '^src/main/engine/(process/|platform/|log/|client\\.ts$)' },
    },
    {
      name: 'jobs-and-library-know-no-work',
      comment:
        'Turns and memory know nothing of phones, vaults or backups: what is run and remembered is given to them.',
      severity: 'error',
      from: { path: '^src/main/engine/(jobs|library)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/main', pathNot: '^src/main/engine/($1|platform|log)/' },
    },
    {
      name: 'platform-is-the-floor',
      comment: 'Everything stands on platform and log; they stand on nothing of the engine.',
      severity: 'error',
      from: { path: '^src/main/engine/(platform|log)/' },
      to: { path: '^src/main', pathNot: '^src/main/engine/(platform|log)/' },
    },
    {
      name: 'verbs-do-not-reach-into-each-other',
      comment:
        'backup, browse, verify, export and rescue are verbs of their own; what joins them is a use case of api.',
      severity: 'error',
      from: { path: '^src/main/engine/(backup|browse|verify|export|rescue|storage)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/main/engine/(backup|browse|verify|export|rescue|api)/', pathNot: '^src/main/engine/$1/' },
    },
    {
      name: 'api-is-the-only-door',
      comment:
        'Faces know the engine through its api, its process (client), the platform’s places and the log’s door only.',
      severity: 'error',
      from: { path: '^src/main/(cli|server|shell|index\\.ts$)' },
      to: {
        path: '^src/main/(engine|simulator)',
        pathNot: '^src/main/engine/(api/index|client|log/index|platform/index|platform/app-home)\\.ts$',
      },
    },
    {
      name: 'rooms-are-entered-by-their-door',
      comment: 'A room may change inside as long as its index.ts stays.',
      severity: 'error',
      from: { path: '^src/main/engine/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^src/main/engine/([^/]+)/',
        pathNot: [
          '^src/main/engine/$1/',
          '^src/main/engine/[^/]+/index\\.ts$',
          '^src/main/engine/formats/[^/]+/index\\.ts$',
          '^src/main/engine/browse/readers/[^/]+/index\\.ts$',
          '^src/main/engine/device/wire/index\\.ts$',
          '^src/main/engine/device/services/mobilebackup2/index\\.ts$',
          '^src/main/engine/vault/types\\.ts$',
        ],
      },
    },
    {
      name: 'one-importer-for-the-plist-reader',
      comment: 'bplist-parser sees only bytes that formats/plist has checked.',
      severity: 'error',
      from: { pathNot: '^src/main/engine/formats/plist/' },
      to: { path: '^node_modules/bplist-parser' },
    },
    {
      name: 'one-importer-for-usbmux-client',
      comment: 'What usbmux-client lacks is made good in one place.',
      severity: 'error',
      from: { pathNot: '^src/main/engine/device/usbmux/' },
      to: { path: '^node_modules/usbmux-client' },
    },
    {
      name: 'one-door-to-the-disk',
      comment: 'Every file operation on a vault goes through vault/io, so that tests can break each of them.',
      severity: 'error',
      from: { path: '^src/main/engine/vault/(?!io/|cache/|lease/)', pathNot: '\\.test\\.ts$|/test-support/' },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'What ships does not depend on what tests it.',
      severity: 'error',
      from: { path: '^(src|scripts)', pathNot: '\\.test\\.ts$' },
      to: { path: '^tests|\\.test\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'Data flows one way; modules in a cycle can only be understood, and tested, together.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nobody imports is dead.',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|\\.test\\.ts$|/index\\.ts$|^scripts/' },
      to: {},
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere fails at the worst moment.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|coverage|\\.cache)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
