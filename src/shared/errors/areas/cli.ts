import type { ErrorArea } from '../entry.ts';

export const cliErrors = {} as const satisfies ErrorArea;
