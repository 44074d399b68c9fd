import { getCiphers, getCurves, getHashes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

/**
 * What both OpenSSL (Node) and BoringSSL (Electron) offer, and nothing else: SHA-1, SHA-256, SHA-512, HMAC, PBKDF2,
 * scrypt, AES in CBC, ECB, CTR and GCM, RSA, EC keys (of the curve P-256) and X.509. BoringSSL itself is not run here; this list is what stands in for it.
 */
const ALLOWED_IMPORTS = new Set([
  'createCipheriv',
  'createDecipheriv',
  'createHash',
  'createHmac',
  'createPrivateKey',
  'createPublicKey',
  'generateKeyPair',
  'generateKeyPairSync',
  'hash',
  'pbkdf2',
  'pbkdf2Sync',
  'randomBytes',
  'randomInt',
  'randomUUID',
  'scrypt',
  'sign',
  'timingSafeEqual',
  'verify',
  'X509Certificate',
]);

const ALLOWED_NAMES = new Set([
  'sha1',
  'sha256',
  'sha512',
  'rsa',
  'ec',
  ...['cbc', 'ecb', 'ctr', 'gcm'].flatMap((mode) => [`aes-128-${mode}`, `aes-256-${mode}`]),
]);

/** Functions whose first argument names what is to be computed. */
const NAMED_BY_FIRST_ARGUMENT = [
  'createCipheriv',
  'createDecipheriv',
  'createHash',
  'createHmac',
  'hash',
  'sign',
  'verify',
];

/** Every name that this Node could be asked for. */
const KNOWN_NAMES = new Set(
  [
    ...getHashes(),
    ...getCiphers(),
    ...getCurves(),
    ...['rsa', 'rsa-pss', 'dsa', 'dh', 'ec', 'ed25519', 'ed448', 'x25519', 'x448', 'ml-kem-768', 'ml-dsa-65'],
    'id-aes256-wrap',
  ].map((name) => name.toLowerCase()),
);

interface Source {
  readonly path: string;
  readonly text: string;
  /** Name in the library → name in the file. */
  readonly imports: ReadonlyMap<string, string>;
}

/** Comments may speak of what the code must not do. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function readImports(text: string): Map<string, string> {
  const imports = new Map<string, string>();
  for (const [, names = ''] of text.matchAll(/import \{([^}]*)\} from 'node:crypto'/g)) {
    for (const part of names.split(',')) {
      const [name = '', alias = name] = part.trim().split(/\s+as\s+/);
      if (name !== '' && !name.startsWith('type ')) imports.set(name, alias);
    }
  }
  return imports;
}

function problemsIn({ text, imports }: Omit<Source, 'path'>): string[] {
  const problems: string[] = [];
  for (const name of imports.keys()) if (!ALLOWED_IMPORTS.has(name)) problems.push(`imports ${name}`);
  if (/from '(?:node:)?crypto'/.test(text.replaceAll(/import (?:type )?\{[^}]*\} from 'node:crypto'/g, ''))) {
    problems.push('takes node:crypto whole');
  }
  if (/\b(?:webcrypto|globalThis\.crypto|crypto\.subtle)\b|require\(|import\('node:crypto'\)/.test(text)) {
    problems.push('takes another way to cryptography');
  }
  for (const name of NAMED_BY_FIRST_ARGUMENT) {
    const alias = imports.get(name);
    if (alias === undefined) continue;
    for (const [, argument = ''] of text.matchAll(new RegExp(`(?<![.\\w])${alias}\\(\\s*([^,)]*)`, 'g'))) {
      if (!/^'[^']*'$/.test(argument.trim()))
        problems.push(`${name}(${argument}) does not name its algorithm in place`);
    }
  }
  for (const [, literal = ''] of text.matchAll(/'([\w-]+)'/g)) {
    if (KNOWN_NAMES.has(literal.toLowerCase()) && !ALLOWED_NAMES.has(literal)) problems.push(`names ${literal}`);
  }
  return problems;
}

function sourceOf(text: string): Omit<Source, 'path'> {
  const bare = withoutComments(text);
  return { text: bare, imports: readImports(bare) };
}

const sources: Source[] = globSync('**/*.ts', { cwd: SRC })
  .filter((path) => !/\.test\.ts$|test-support/.test(path))
  .map((path) => ({ path, ...sourceOf(readFileSync(join(SRC, path), 'utf8')) }));
const users = sources.filter(({ text }) => /'(?:node:)?crypto'|webcrypto|crypto\.subtle/.test(text));

describe('cryptography', () => {
  it('is found where it is', () => {
    expect(users.length).toBeGreaterThan(10);
  });

  it.each(users)('of $path is what OpenSSL and BoringSSL share', (source) => {
    expect(problemsIn(source)).toEqual([]);
  });

  it('asks TLS for an OpenSSL word in one place, which looks first', () => {
    const product = sources.filter(({ path }) => !path.includes('simulator'));
    expect(product.filter(({ text }) => text.includes('SECLEVEL')).map(({ path }) => path)).toEqual([
      'main/engine/device/tls/upgrade.ts',
    ]);
  });
});

describe('this test', () => {
  it.each([
    ["import { diffieHellman } from 'node:crypto';", 'imports diffieHellman'],
    ["import crypto from 'node:crypto';", 'takes node:crypto whole'],
    ["import * as crypto from 'node:crypto';", 'takes node:crypto whole'],
    ['const { subtle } = globalThis.crypto;', 'takes another way to cryptography'],
    ["import { createHash } from 'node:crypto';\ncreateHash('md5');", 'names md5'],
    [
      "import { createHash as h } from 'node:crypto';\nh(name);",
      'createHash(name) does not name its algorithm in place',
    ],
    ["import { createCipheriv } from 'node:crypto';\ncreateCipheriv('id-aes256-wrap', k, i);", 'names id-aes256-wrap'],
    [
      "import { createCipheriv } from 'node:crypto';\ncreateCipheriv('chacha20-poly1305', k, i);",
      'names chacha20-poly1305',
    ],
    ["import { generateKeyPair } from 'node:crypto';\ngenerateKeyPair('ed25519', done);", 'names ed25519'],
  ])('sees %j', (text, problem) => {
    expect(problemsIn(sourceOf(text))).toContain(problem);
  });
});
