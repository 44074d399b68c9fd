import type { PlistDict } from '../../../formats/plist/index.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import type { SocketWire } from '../../wire/index.ts';
import { Conversation } from './conversation.ts';
import { shakeHands } from './device-link.ts';
import type { ConversationOptions } from './events.ts';
import type { HostFolder } from './host-folder.ts';
import { noFolder } from './no-folder.ts';
import type { Outcome } from './outcome.ts';

export interface BackupRequest {
  readonly targetUdid: string;
  /** Whose folder it is; the same phone, except when a phone takes over another one's backup. */
  readonly sourceUdid: string;
  /** Ask for every file, whatever the folder holds. */
  readonly full: boolean;
}

export interface PasswordChange {
  readonly targetUdid: string;
  /** Null: backups are not encrypted yet. */
  readonly oldPassword: string | null;
  /** Null: turn encryption off. */
  readonly newPassword: string | null;
}

/**
 * The phone's backup service, on an open connection. It takes one request; afterwards the connection is closed.
 *
 * Service: com.apple.mobilebackup2, to be started with the escrow bag. DeviceLink frames (4-byte big-endian length,
 * array) with file streams between them. Source: protocol reference 3 to 5.
 */
export class MobileBackup2Client {
  /** The version of the protocol that the phone chose: 2.1 since about iOS 5. */
  readonly protocolVersion: number;
  readonly #wire: SocketWire;

  private constructor(wire: SocketWire, protocolVersion: number) {
    this.#wire = wire;
    this.protocolVersion = protocolVersion;
  }

  /** Version exchange and Hello. Throws when the phone does not agree; the wire is closed then. */
  static async open(wire: SocketWire, options: CallOptions = {}): Promise<MobileBackup2Client> {
    try {
      return new MobileBackup2Client(wire, await shakeHands(wire, options));
    } catch (error) {
      wire.destroy();
      throw error;
    }
  }

  /** Backs the phone up into the folder. Info.plist must be in it already. */
  backup(request: BackupRequest, folder: HostFolder, options: ConversationOptions = {}): Promise<Outcome> {
    const { targetUdid, sourceUdid, full } = request;
    return this.converse(
      {
        MessageName: 'Backup',
        TargetIdentifier: targetUdid,
        SourceIdentifier: sourceUdid,
        ...(full ? { Options: { ForceFullBackup: true } } : {}),
      },
      folder,
      options,
    );
  }

  /**
   * Turns encryption of the phone's backups on or off, or changes its password. The phone asks for its passcode. A phone
   * may also hang up in the end: what it then says of `WillEncrypt` is the truth.
   */
  changePassword(change: PasswordChange, options: ConversationOptions = {}): Promise<Outcome> {
    const { targetUdid, oldPassword, newPassword } = change;
    return this.converse(
      {
        MessageName: 'ChangePassword',
        TargetIdentifier: targetUdid,
        ...(oldPassword === null ? {} : { OldPassword: oldPassword }),
        ...(newPassword === null ? {} : { NewPassword: newPassword }),
      },
      noFolder,
      options,
    );
  }

  /** Any request of the protocol, and the conversation that follows it. */
  converse(request: PlistDict, folder: HostFolder, options: ConversationOptions = {}): Promise<Outcome> {
    return new Conversation(this.#wire, folder, options).run(request);
  }

  /** Lets go of a connection on which nothing was asked. */
  close(): void {
    this.#wire.close();
  }
}
