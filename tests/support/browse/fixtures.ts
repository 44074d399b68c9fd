import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Data of other projects; licences forbid shipping some of it, so it lies outside of this repository. */
const FIXTURES =
  process.env['BACKSTOP_FIXTURES'] ?? fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));

export function fixture(name: string): string {
  return join(FIXTURES, name);
}

/** False, and said loudly, when this computer does not have it. */
export function hasFixture(name: string): boolean {
  const found = existsSync(fixture(name));
  if (!found)
    process.stderr.write(`SKIPPED: no ${name} in ${FIXTURES}; readers are not held against real data here.\n`);
  return found;
}
