import { scaledMs, sleep } from '../engine/platform/index.ts';
import type { PhoneContent, PhoneIdentity } from './content/types.ts';
import { EventLog } from './event-log.ts';
import { HostWrites } from './host-writes.ts';
import type { JsonObject } from './json.ts';
import { MediaTree } from './media-tree.ts';
import { NotificationHub } from './notification-hub.ts';
import type { Via } from './services/types.ts';

/** What the person holding the phone does at the passcode screen. `ignore`: nothing, until the phone gives up. */
export type PasscodeAnswer = 'ok' | 'deny' | 'ignore';

/** `pending` counts how many Pair requests are still answered with "dialog open"; null is until further notice. */
export type TrustAnswer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'pending'; readonly times: number | null };

/** Everything about a phone that commands change while it runs. Plain data: whoever changes it posts what is due. */
export interface PhoneState {
  /** The screen is locked by the passcode now. */
  locked: boolean;
  passcodeSet: boolean;
  passcodeAnswer: PasscodeAnswer;
  /** How long the person takes at the passcode screen. */
  passcodeDelayMs: number;
  trust: TrustAnswer;
  /** Percent. */
  batteryLevel: number;
  batteryCharging: boolean;
  /** Null: backups are not encrypted. Kept in memory only. `willEncrypt` follows from it. */
  backupPassword: string | null;
  /** A profile forces encrypted backups. */
  requiresEncryption: boolean;
  setupDone: boolean;
  findMyEnabled: boolean;
  wifiConnectionsEnabled: boolean;
  cloudBackupEnabled: boolean;
  lastBackupAt: Date | null;
  /** Room that is taken by nothing a host can see (`fill`). */
  otherBytes: number;
}

/** What the daemon does for a phone; the phone itself has no cable. */
export interface PhoneTransport {
  /** Does nothing when it is attached already. */
  attach(via: Via): Promise<void>;
  /** Connections over it break at once. */
  detach(via: Via): void;
  attached(): readonly Via[];
  /** Breaks the connections over one transport without detaching, as a phone does that went to sleep. */
  dropConnections(via: Via): void;
}

/** After this long without an answer the phone takes its passcode screen away (reference: about 3 minutes). */
const PASSCODE_GIVE_UP_MS = 180_000;
const REBOOT_MS = 1_000;

export interface SimulatedPhoneOptions {
  readonly content: PhoneContent;
  /** A folder of this phone's own, for whatever must be on disk. Removed by whoever made it. */
  readonly scratchDir: string;
  readonly state?: Partial<PhoneState>;
  /** Overrides what the content says, for example the iOS version. */
  readonly identity?: Partial<PhoneIdentity>;
}

/** One simulated iPhone: what it holds, how it is, what happened to it. Protocols live in lockdownd and services. */
export class SimulatedPhone {
  #identity: PhoneIdentity;
  readonly content: PhoneContent;
  readonly scratchDir: string;
  readonly state: PhoneState;
  readonly events = new EventLog();
  /** What hosts changed, or tried to: for whoever promises not to. */
  readonly hostWrites = new HostWrites(this.events);
  readonly notifications: NotificationHub;
  /** The media folder as AFC shows it: the content's media plus what hosts wrote. Holds the sync lock. */
  readonly media: MediaTree;
  /** Set by the daemon the phone is plugged into. */
  transport: PhoneTransport | null = null;

  constructor(options: SimulatedPhoneOptions) {
    this.content = options.content;
    this.#identity = { ...options.content.identity, ...options.identity };
    this.scratchDir = options.scratchDir;
    this.state = {
      locked: false,
      passcodeSet: true,
      passcodeAnswer: 'ok',
      passcodeDelayMs: 100,
      trust: { kind: 'ok' },
      batteryLevel: 82,
      batteryCharging: true,
      backupPassword: null,
      requiresEncryption: false,
      setupDone: true,
      findMyEnabled: false,
      wifiConnectionsEnabled: false,
      cloudBackupEnabled: false,
      lastBackupAt: null,
      otherBytes: 0,
      ...options.state,
    };
    this.notifications = new NotificationHub(this.events);
    this.media = new MediaTree(options.content, this.events);
  }

  get identity(): PhoneIdentity {
    return this.#identity;
  }

  rename(name: string): void {
    this.#identity = { ...this.#identity, name };
    this.events.record('phone.renamed', { name });
    this.postNotification('com.apple.mobile.lockdown.device_name_changed');
  }

  get willEncrypt(): boolean {
    return this.state.backupPassword !== null;
  }

  /** Sends a notification to every host that observes it. */
  postNotification(name: string): void {
    this.notifications.postFromPhone(name);
  }

  /** Sets, changes or (null) removes the backup password and tells observers, as the phone does. */
  setBackupPassword(password: string | null): void {
    this.state.backupPassword = password;
    this.events.record('phone.backup-password-changed', { willEncrypt: this.willEncrypt });
    this.postNotification('com.apple.mobile.backup.domain_changed');
  }

  /**
   * Shows the passcode screen and waits for the person. Without a passcode the answer is `ok` at once and nothing is
   * shown. `ignored`: nobody answered within about three minutes (scaled).
   */
  async askPasscode(reason: string, signal: AbortSignal): Promise<'ok' | 'deny' | 'ignored'> {
    if (!this.state.passcodeSet) return 'ok';
    this.events.record('phone.passcode-asked', { reason });
    this.postNotification('com.apple.LocalAuthentication.ui.presented');
    let answer: 'ok' | 'deny' | 'ignored';
    try {
      answer = await this.#waitForPasscode(signal);
    } finally {
      this.postNotification('com.apple.LocalAuthentication.ui.dismissed');
    }
    this.events.record('phone.passcode-answered', { answer });
    return answer;
  }

  /** A command may change the answer while the screen is up; `ignore` waits for that or for the time to run out. */
  async #waitForPasscode(signal: AbortSignal): Promise<'ok' | 'deny' | 'ignored'> {
    await sleep(Math.max(1, this.state.passcodeDelayMs), signal);
    if (this.state.passcodeAnswer !== 'ignore') return this.state.passcodeAnswer;
    const timeout = AbortSignal.timeout(scaledMs(PASSCODE_GIVE_UP_MS));
    const either = AbortSignal.any([signal, timeout]);
    while (this.state.passcodeAnswer === 'ignore') {
      try {
        await this.events.next('command.passcode', either);
      } catch (error) {
        if (signal.aborted) throw error;
        return 'ignored';
      }
    }
    return this.state.passcodeAnswer;
  }

  /** Leaves every transport and comes back, as after a restore. Connections break. */
  async reboot(signal?: AbortSignal): Promise<void> {
    const transport = this.transport;
    if (transport === null) return;
    this.events.record('phone.reboot');
    const attached = transport.attached();
    for (const via of attached) transport.detach(via);
    await sleep(scaledMs(REBOOT_MS), signal);
    for (const via of attached) await transport.attach(via);
  }

  report(): JsonObject {
    const { backupPassword: _secret, lastBackupAt, trust, ...state } = this.state;
    return {
      udid: this.identity.udid,
      name: this.identity.name,
      attached: this.transport === null ? [] : [...this.transport.attached()],
      state: {
        ...state,
        trust: { ...trust },
        willEncrypt: this.willEncrypt,
        lastBackupAt: lastBackupAt === null ? null : lastBackupAt.toISOString(),
      },
      files: this.content.fileCount,
      bytes: this.content.totalBytes,
      hostNotifications: [...this.notifications.postedByHosts],
      media: this.media.report(),
      hostWrites: this.hostWrites.report(),
      events: this.events.entries.map((entry) => ({ ...entry })),
    };
  }
}
