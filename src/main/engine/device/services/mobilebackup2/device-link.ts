import { BackstopError } from '../../../../../shared/errors/index.ts';
import { dictOf, numberAt, numberOf, type PlistDict, type PlistValue, stringAt } from '../../../formats/plist/index.ts';
import { answerLimitMs } from '../../answer-limit.ts';
import { printable } from '../../lockdown/index.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../../wire/index.ts';
import { DEVICE_LINK_MAX_BYTES, type DeviceLinkMessage, hello, versionsOk } from './messages.ts';

/** Version exchange and Hello: the phone answers from memory here, minutes come later. */
const HANDSHAKE_TIMEOUT_MS = answerLimitMs(30_000);

/**
 * Opens the DeviceLink conversation: the phone names its version, we agree, it is ready, we say Hello. Returns the
 * version of mobilebackup2 that the phone chose.
 */
export async function shakeHands(wire: SocketWire, options: CallOptions = {}): Promise<number> {
  const limits = { ...options, timeoutMs: HANDSHAKE_TIMEOUT_MS };
  const read = async (expected: string): Promise<DeviceLinkMessage> => {
    const message = readMessage(await readPlistFrame(wire, { ...limits, maxBytes: DEVICE_LINK_MAX_BYTES }));
    if (message[0] === expected) return message;
    throw unexpected(message, expected);
  };
  const send = (message: DeviceLinkMessage): Promise<void> => writePlistFrame(wire, message, 'binary', limits);

  const exchange = await read('DLMessageVersionExchange');
  await send(versionsOk(numberOf(exchange[1]) ?? Number.NaN));
  await read('DLMessageDeviceReady');
  await send(hello());
  return protocolVersion(dictOf((await read('DLMessageProcessMessage'))[1]));
}

/** A frame's content as a message. Throws `device/bad-message`. */
export function readMessage(value: PlistValue): DeviceLinkMessage {
  const [name, ...rest] = Array.isArray(value) ? (value as readonly PlistValue[]) : [];
  if (typeof name === 'string' && name.startsWith('DL')) return [name, ...rest];
  throw new BackstopError('device/bad-message', {
    message: 'a DeviceLink message without a name',
    data: { problem: 'a message had no name' },
  });
}

function protocolVersion(body: PlistDict | undefined): number {
  const code = numberAt(body, 'ErrorCode') ?? 0;
  if (code === 0) return numberAt(body, 'ProtocolVersion') ?? 2;
  const reason = `${code} ${printable(stringAt(body, 'ErrorDescription') ?? '')}`.trim();
  throw new BackstopError('device/refused', { message: `Hello was answered with ${reason}`, data: { reason } });
}

function unexpected(message: DeviceLinkMessage, expected: string): BackstopError {
  const name = printable(message[0]);
  if (message[0] === 'DLMessageDisconnect') {
    return new BackstopError('device/connection-lost', { message: `the phone ended the handshake: ${name}` });
  }
  return new BackstopError('device/bad-message', {
    message: `${name} came in place of ${expected}`,
    data: { problem: `${name} came in place of ${expected}` },
  });
}
