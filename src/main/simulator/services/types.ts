import type { SocketWire } from '../../engine/device/wire/index.ts';
import type { FaultRequest } from '../faults.ts';
import type { JsonObject } from '../json.ts';
import type { SimulatedPhone } from '../phone.ts';

/** How the host reached the phone. */
export type Via = 'usb' | 'wifi';

/** One open connection of a host to one service of the phone, after TLS. */
export interface ServiceConnection {
  readonly service: string;
  /** Read and write through this; faults that are armed for the service happen inside it. */
  readonly wire: SocketWire;
  /** Aborts when the phone is detached, reboots or the simulator stops. */
  readonly signal: AbortSignal;
  readonly via: Via;
  /** The paired host whose session started the service; null for services that need no session. */
  readonly hostId: string | null;
  /** Did StartService bring the pair record's EscrowBag? Without it a locked phone cannot open its files. */
  readonly escrowed: boolean;
}

/**
 * One service of the phone, made once per phone. `serve` runs once per connection and may run several times at once;
 * when it returns, the connection is closed; when it throws, the connection is dropped and the error is in the event
 * log (a host that simply goes away is `device/connection-lost`, which is normal).
 */
export interface PhoneService {
  /** As in StartService, for example `com.apple.mobilebackup2`. */
  readonly name: string;
  /** `anyone`: StartService works without a session, and the service talks plain. Default `session`. */
  readonly access?: 'session' | 'anyone';
  /** When true, StartService on a locked phone without an EscrowBag is refused with PasswordProtected. Default false. */
  readonly needsUnlock?: boolean;
  serve(connection: ServiceConnection, phone: SimulatedPhone): Promise<void>;
  /**
   * Arms a fault asked for by a command or a scenario file. Returns false when the kind (or its `at`) is not this
   * service's; throws an Error with a sentence when it is, but a value is wrong.
   */
  armFault?(fault: FaultRequest): boolean;
  /** Disarms everything that `armFault` armed. */
  clearFaults?(): void;
  /** This service's part of the answer to `report`, under its name. */
  report?(): JsonObject;
}
