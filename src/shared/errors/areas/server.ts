import type { ErrorArea } from '../entry.ts';

export const serverErrors = {
  'server/no-pages': {
    title: 'The pages of Backstop’s window are missing',
    explanation: 'They are built once before they can be shown, and were not found.',
    recovery: 'In a checkout run “npm start” once. In an installed Backstop, install it again.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'server/not-protected': {
    title: 'Other computers may come in only with a password and TLS',
    explanation:
      'Listening on {host} would let other computers see this phone’s backups. This needs a password and an encrypted connection, and one of them was not given.',
    recovery:
      'Add --password-file FILE, and --tls-cert FILE with --tls-key FILE or --self-signed. Or leave --host out, for this computer alone.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'server/weak-password': {
    title: 'This password is too short',
    explanation: 'A password that lets other computers in has at least {least} characters.',
    recovery: 'Write a longer one into the password file.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'server/tls-files': {
    title: 'The certificate or its key could not be used',
    explanation: 'The certificate and the key for the encrypted connection do not work together ({reason}).',
    recovery: 'Give a certificate and its own key as PEM files, or use --self-signed.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'server/cannot-listen': {
    title: 'Backstop cannot listen there',
    explanation: 'The address {host}, port {port}, cannot be used ({reason}).',
    recovery: 'Choose another port with --port, or end the program that uses it.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
