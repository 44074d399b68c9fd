import type { ErrorArea } from '../entry.ts';

export const vaultErrors = {} as const satisfies ErrorArea;
