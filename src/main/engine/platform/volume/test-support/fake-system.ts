import type { SystemReader } from '../types.ts';

/** A computer that consists of a few files, links and the words of a few programs. */
export interface FakeComputer {
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  /** Path → text, bytes, or `→ target` for a link. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** `program first-argument` → what it says. */
  readonly programs?: Readonly<Record<string, string>>;
}

export function fakeSystem({ platform = 'linux', env = {}, files = {}, programs = {} }: FakeComputer): SystemReader {
  const links = Object.entries(files).flatMap(([path, value]) =>
    typeof value === 'string' && value.startsWith('→ ') ? [[path, value.slice(2)] as const] : [],
  );
  const real = (path: string): string => {
    const link = links.find(([from]) => path === from || path.startsWith(`${from}/`));
    return link === undefined ? path : real(link[1] + path.slice(link[0].length));
  };
  const content = (path: string): string | Buffer | null => {
    // `..` as the kernel resolves it: after the links before it.
    const parts: string[] = [];
    for (const part of path.split('/')) {
      if (part === '..') parts.splice(0, parts.length, ...real(parts.join('/')).split('/').slice(0, -1));
      else parts.push(part);
    }
    return files[real(parts.join('/'))] ?? null;
  };
  return {
    platform,
    env,
    home: '/home/anna',
    text: async (path) => content(path)?.toString() ?? null,
    firstBytes: async (path, count) => {
      const bytes = content(path);
      return Buffer.isBuffer(bytes) && bytes.length >= count ? bytes.subarray(0, count) : null;
    },
    names: async (folder) => {
      const above = `${real(folder)}/`;
      const below = Object.keys(files).filter((path) => path.startsWith(above));
      return [...new Set(below.map((path) => path.slice(above.length).split('/')[0] ?? ''))];
    },
    realPath: async (path) => {
      const found = real(path);
      const isThere = Object.keys(files).some((each) => each === found || each.startsWith(`${found}/`));
      return isThere || found === '/' ? found : null;
    },
    run: async (program, args) => programs[`${program} ${args[0] ?? ''}`.trim()] ?? null,
  };
}
