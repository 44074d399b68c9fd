import type { ErrorArea } from '../entry.ts';

export const formatsErrors = {} as const satisfies ErrorArea;
