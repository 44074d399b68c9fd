import { DAY } from '../calendar-time.ts';
import { mediaSource } from '../media/media-source.ts';
import { textSource } from '../media/text-source.ts';
import type { World } from '../world.ts';
import type { Kind, TruthSection } from './kind.ts';

const DOMAIN = 'AppDomainGroup-group.com.apple.FileProvider.LocalStorage';
const ROOT = 'File Provider Storage';
const DEEP_LEVELS = 24;

/** Legal on the phone, trouble elsewhere. Composed and decomposed forms are written as escapes on purpose. */
const trouble = [
  'caf\u00e9.txt',
  'cafe\u0301.txt',
  'Case.txt',
  'case.txt',
  'CON',
  'aux.txt',
  'a:b*c?"d<e>f|g.txt',
  'back\\slash.txt',
  'trailing dot.',
  'trailing space ',
  ' leading space',
  'tab\tand\nnew line',
  '-dash --option',
  "it's $HOME `x` %TEMP% #1",
  '👩🏽‍🚀 🇨🇭 zero\u200dwidth.txt',
  '\u05e9\u05dc\u05d5\u05dd \u202eabc.txt',
  '\u0645\u0631\u062d\u0628\u0627.txt',
  `${'\u9577'.repeat(80)}.txt`,
  `${'x'.repeat(251)}.txt`,
];

/**
 * "On My iPhone": ordinary documents, and every name that is legal on the phone and trouble elsewhere. Sizes are at the
 * edges of the cipher's blocks.
 */
export class FilesApp implements Kind {
  readonly #paths: string[] = [];

  constructor(world: World, oddNames: boolean) {
    const { notes } = world.language;
    const pdf = mediaSource(world, 'pdf');
    const text = textSource(world, 'lines');
    const jpeg = mediaSource(world, 'jpeg');
    const add = (path: string, size: number, source = world.bulk): void => {
      const modified = world.clock.now - world.stream(`files/${path}`).between(1, 700) * DAY;
      world.tree.add(DOMAIN, `${ROOT}/${path}`, { source, size, modified, protectionClass: size === 4096 ? 1 : 3 });
      this.#paths.push(path);
    };
    add(`${notes[0]?.replaceAll('/', '-')}.pdf`, 12_345, pdf);
    add('Downloads/readme.txt', 777, text);
    add('Downloads/picture.jpg', 9_000, jpeg);
    add('empty.txt', 0);
    add('blocks/one.bin', 1);
    add('blocks/fifteen.bin', 15);
    add('blocks/sixteen.bin', 16);
    add('blocks/thirty-two.bin', 32);
    add('blocks/page.bin', 4096);
    add('blocks/many.bin', 65_536);
    if (oddNames) for (const [index, name] of trouble.entries()) add(`names/${name}`, 20 + index, text);
    add(`${Array.from({ length: DEEP_LEVELS }, (_, level) => `level ${level + 1}`).join('/')}/bottom.txt`, 40, text);
    world.tree.folder(DOMAIN, `${ROOT}/an empty folder`, world.clock.now - 9 * DAY);
    world.tree.folder(DOMAIN, `${ROOT}/.Trash`, world.clock.now - 9 * DAY);
    world.tree.addLink(
      DOMAIN,
      `${ROOT}/shortcut`,
      `/var/mobile/Containers/Shared/AppGroup/${world.stream('files').uuid()}/${ROOT}/blocks`,
      world.clock.now - 3 * DAY,
    );
  }

  truth(): readonly TruthSection[] {
    return [
      {
        name: 'documents',
        rows: () => this.#paths.map((path) => ({ domain: DOMAIN, relativePath: `${ROOT}/${path}` })),
      },
    ];
  }
}
