import { z } from 'zod';
import type { FaultRequest } from '../../faults.ts';

const place = z.strictObject({ path: z.string().startsWith('/') });
const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('afc-refuse'), status: z.number().int().positive().default(10) }),
  z.strictObject({ kind: z.literal('afc-extra-names'), names: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('afc-wrong-size'), sizeBytes: z.number().int().nonnegative() }),
  z.strictObject({ kind: z.literal('afc-endless') }),
]);
const KINDS: ReadonlySet<string> = new Set(fault.options.map((option) => option.shape.kind.value));
/** The name under which an endless folder holds itself. */
const AGAIN = 'again';

/**
 * What the file service says wrongly, until faults are cleared: `afc-refuse` (a path and everything below),
 * `afc-extra-names` (in a folder's list), `afc-wrong-size` (of a file) and `afc-endless` (a folder that holds itself).
 * Paths begin with "/".
 */
export class AfcFaults {
  #armed: Array<{ readonly path: string; readonly fault: z.infer<typeof fault> }> = [];

  arm(request: FaultRequest): boolean {
    if (!KINDS.has(request.kind)) return false;
    const { path } = parse(place, request.at);
    this.#armed.push({ path: path.slice(1), fault: parse(fault, { kind: request.kind, ...request.options }) });
    return true;
  }

  clear(): void {
    this.#armed = [];
  }

  /** The status with which everything about this path is refused; null: it is not. */
  refusal(path: string): number | null {
    for (const { path: root, fault: one } of this.#armed) {
      if (one.kind === 'afc-refuse' && (path === root || path.startsWith(`${root}/`))) return one.status;
    }
    return null;
  }

  extraNames(folder: string): readonly string[] {
    return this.#armed.flatMap(({ path, fault: one }) => {
      if (path !== folder) return [];
      if (one.kind === 'afc-endless') return [AGAIN];
      return one.kind === 'afc-extra-names' ? one.names : [];
    });
  }

  saidSize(path: string): number | null {
    for (const { path: wrong, fault: one } of this.#armed) {
      if (one.kind === 'afc-wrong-size' && wrong === path) return one.sizeBytes;
    }
    return null;
  }

  /** A path through an endless folder is one to the folder itself. */
  meant(path: string): string {
    for (const { path: root, fault: one } of this.#armed) {
      if (one.kind !== 'afc-endless') continue;
      let rest = path;
      while (rest === `${root}/${AGAIN}` || rest.startsWith(`${root}/${AGAIN}/`)) {
        rest = root + rest.slice(root.length + AGAIN.length + 1);
      }
      if (rest !== path) return rest;
    }
    return path;
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(z.prettifyError(result.error).replaceAll('\n', ' '));
}
