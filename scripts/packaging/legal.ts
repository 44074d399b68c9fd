import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installed } from './stage.ts';

/** What goes beside the app for whoever wants to know what is in it: licences, and a bill of materials (CycloneDX 1.6). */
export function writeLegal(root: string, version: string, libraries: readonly Installed[]): void {
  const folder = join(root, 'out/legal');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'LICENSE.txt'), readFileSync(join(root, 'LICENSE')));
  const texts = libraries.map(
    ({ name, version: its, license, text }) =>
      `${name} ${its}\nLicence: ${license}\n\n${text?.trim() ?? 'It brings no text of its own.'}\n`,
  );
  writeFileSync(join(folder, 'THIRD-PARTY-LICENCES.txt'), texts.join(`\n${'-'.repeat(78)}\n\n`));
  // No time and no random number: the same contents give the same file.
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: 'Backstop', version, licenses: [{ license: { id: 'MIT' } }] } },
    components: libraries.map(({ name, version: its, license, source }) => ({
      type: 'library',
      name,
      version: its,
      purl: `pkg:npm/${name.replace('@', '%40')}@${its}`,
      licenses: [/^[A-Za-z0-9.-]+$/.test(license) ? { license: { id: license } } : { expression: license }],
      ...(source === null ? {} : { externalReferences: [{ type: 'vcs', url: source }] }),
    })),
  };
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
}
