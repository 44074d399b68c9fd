import { nodeIo } from '../io/index.ts';
import { readDescription } from './description.ts';

/** The id of the vault in this folder; null where there is none that this program could open. */
export async function vaultIdAt(root: string): Promise<string | null> {
  try {
    const found = await readDescription(nodeIo, root);
    return found.kind === 'found' ? found.description.id : null;
  } catch {
    // A folder that cannot be read, or of a later format: not the one that is looked for.
    return null;
  }
}
