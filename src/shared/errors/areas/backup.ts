import type { ErrorArea } from '../entry.ts';

export const backupErrors = {} as const satisfies ErrorArea;
