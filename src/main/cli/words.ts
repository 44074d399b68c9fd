import type { Notice } from '../../shared/contract/index.ts';

const phases: Readonly<Record<string, string>> = {
  connecting: 'Connecting to the iPhone',
  pairing: 'Waiting for the iPhone to trust this computer',
  encrypting: 'Turning on backup encryption',
  'waiting-for-passcode': 'Enter the passcode on the iPhone',
  preparing: 'The iPhone is preparing the backup',
  receiving: 'Receiving',
  moving: 'Putting files in place',
  'verifying-on-phone': 'The iPhone is checking the backup',
  committing: 'Storing the version',
  recovering: 'Looking for interrupted runs',
  'checking-structure': 'Checking the vault',
  'checking-manifest': 'Checking the list of files',
  rereading: 'Reading the version back',
  decrypting: 'Decrypting a sample',
  'opening-databases': 'Opening the main databases',
  exporting: 'Exporting',
  'moving-vault': 'Moving the vault',
  scrubbing: 'Reading the vault through',
  extracting: 'Taking out files',
  'checking-export': 'Reading back what was written',
  comparing: 'Comparing',
  indexing: 'Gathering words',
  measuring: 'Measuring',
  rescuing: 'Copying photos and videos',
  'checking-rescue': 'Reading back what was copied',
  'looking-in-library': 'Looking for what is in iCloud only',
  'looking-at-phone': 'Looking at what is on the iPhone',
};

/** A phase in an owner's words; an unknown one is shown as it is. */
export function phaseTitle(phase: string): string {
  return phases[phase] ?? phase;
}

/** A notice as a sentence; null where the terminal has nothing to add. */
export function noticeSentence(notice: Notice): string | null {
  const { code, data } = notice;
  switch (code) {
    case 'pairing-unlock':
      return 'The iPhone is locked. Unlock it.';
    case 'pairing-trust':
      return 'Look at the iPhone, tap Trust and enter its passcode.';
    case 'passcode-asked':
      return 'Enter the passcode on the iPhone to start the backup. Apple requires it; no program can avoid it.';
    case 'passcode-entered':
      return 'The passcode screen is gone; going on.';
    case 'device-busy':
      return `Another backup of this iPhone is running on ${data['host']} since ${data['since']}. Waiting for its end.`;
    case 'encryption-off':
      return `Backups of this iPhone are not encrypted. They would lack: ${list(data['missing'])}.`;
    case 'encryption-turning-on':
      return 'Turning on the iPhone’s backup encryption with your password. Enter the passcode on the iPhone if it asks.';
    case 'encryption-on':
      return 'Backup encryption is on.';
    case 'silent':
      return `The iPhone has been silent for ${data['minutes'] ?? 'some'} minutes. It may be busy; Backstop keeps waiting while the connection is alive.`;
    case 'full-because':
      return `This is a full backup: ${data['reason']}`;
    case 'recovered':
      return `An interrupted run was complete; its version ${String(data['snapshot']).slice(0, 12)} has been stored.`;
    case 'space-tight':
      return `This may get tight: the iPhone uses ${data['used']}, and ${data['free']} are free here. The iPhone itself checks before it sends.`;
    case 'info-incomplete':
      return `Info.plist could not be filled completely (missing: ${list(data['missing'])}). The backup is not affected.`;
    case 'recovery-failed':
      return 'An interrupted run could not be finished. Its version is not in the list; all others are untouched.';
    case 'without-answer':
      return 'The iPhone left without its last word, but what it left was proved to be whole.';
    case 'check-not-recorded':
      return 'The outcome of this check could not be written into the vault; it is only shown here.';
    case 'demo':
      return String(data['text'] ?? '');
    default:
      return null;
  }
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : 'some kinds of data';
}
