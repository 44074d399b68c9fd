import { Vault } from '../../../src/main/engine/vault/index.ts';
import { fileId } from './versions.ts';

/** A process that is in the middle of reading `large` of the newest version until somebody kills it. Arguments: vault, state folder. */
export const READING_CHILD = import.meta.filename;

async function main(dir: string, cacheDir: string): Promise<void> {
  const vault = await Vault.open(dir, { cacheDir });
  const view = await vault.view(await vault.resolve('latest'));
  const large = view.get(fileId('large'));
  if (large === null) throw new Error('there is nothing to read');
  for await (const _piece of view.read(large)) {
    console.log('{"reading":true}');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}

if (import.meta.main) await main(process.argv[2] ?? '', process.argv[3] ?? '');
