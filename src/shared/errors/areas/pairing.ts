import type { ErrorArea } from '../entry.ts';

export const pairingErrors = {
  'pairing/not-paired': {
    title: 'The iPhone does not trust this computer yet',
    explanation: 'This computer has no pairing with the iPhone.',
    recovery: 'Connect the iPhone by cable, unlock it, pair it with this computer and tap Trust on the iPhone.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
  'pairing/pending-timeout': {
    title: 'Nobody answered the question on the iPhone',
    explanation: 'The iPhone asks whether to trust this computer, and the question was not answered in time.',
    recovery: 'Pair again, tap Trust on the iPhone and enter its passcode there.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
  'pairing/denied': {
    title: 'The iPhone does not trust this computer',
    explanation: 'Someone tapped Don’t Trust.',
    recovery:
      'Unplug the iPhone, plug it in again and tap Trust. If it does not ask: Settings, General, Transfer or Reset iPhone, Reset, Reset Location & Privacy.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
    reference: 'E06',
  },
  'pairing/locked': {
    title: 'The iPhone has to be unlocked for pairing',
    explanation: 'The iPhone stayed locked, so it could not ask whether to trust this computer.',
    recovery: 'Unlock the iPhone, then pair again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
    reference: 'E05',
  },
  'pairing/prohibited': {
    title: 'The iPhone cannot be paired over this connection',
    explanation: 'An iPhone takes a new computer only over a cable.',
    recovery: 'Connect the iPhone by cable and pair again. If it is managed by an organisation, ask its administrator.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 3,
  },
  'pairing/managed': {
    title: 'Your organisation decides which computers this iPhone trusts',
    explanation: 'The iPhone is managed, and its profile does not allow pairing with this computer.',
    recovery: 'Ask the administrator of your organisation.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 3,
    reference: 'E15',
  },
  'pairing/invalid-record': {
    title: 'The iPhone no longer trusts this computer',
    explanation:
      'The pairing that this computer remembers is no longer accepted. Trust was reset, the iPhone was erased, or the two were not in contact for a long time.',
    recovery: 'Connect the iPhone by cable, pair it again and tap Trust.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
    reference: 'E06',
  },
  'pairing/refused': {
    title: 'Pairing failed',
    explanation: 'The iPhone answered “{reason}”.',
    recovery:
      'Unplug the iPhone, restart it, and pair again. If its storage is full, free some space on the iPhone first.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'pairing/not-saved': {
    title: 'The pairing could not be kept',
    explanation: 'The iPhone trusts this computer now, but the pairing could not be written down ({reason}).',
    recovery: 'Check the disk and the permissions of Backstop’s own folder, then pair again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
