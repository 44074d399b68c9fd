import type { ErrorEntry } from '../entry.ts';

/** Looking into a backup and taking things out. */
export const browseErrors = {
  'browse/no-printer': {
    title: 'There is no browser that can make a PDF',
    explanation: 'PDFs are printed by Chrome, Chromium, Edge or Brave, and none of them was found on this computer.',
    recovery: 'Install one of them, set BACKSTOP_BROWSER to its program, or export as HTML and print that.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'browse/print-failed': {
    title: 'The PDF could not be made',
    explanation: '{browser} was asked to print and failed: {reason}. What was exported besides is there and whole.',
    recovery: 'Try again, update that browser, or print the exported HTML yourself.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
} as const satisfies Record<string, ErrorEntry>;
