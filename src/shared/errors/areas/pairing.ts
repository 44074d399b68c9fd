import type { ErrorArea } from '../entry.ts';

export const pairingErrors = {} as const satisfies ErrorArea;
