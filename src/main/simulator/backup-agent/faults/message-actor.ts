import { isBackstopError } from '../../../../shared/errors/index.ts';
import { encodePlist } from '../../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import type { Via } from '../../services/types.ts';
import { AgentFailure, CutByFault, HostLeft } from '../endings.ts';
import type { AgentLink, FaultActor } from '../protocol/agent-link.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import {
  contentsOfDirectory,
  copyItem,
  createDirectory,
  disconnect,
  moveItems,
  ping,
  removeItems,
  uploadFiles,
} from '../protocol/messages.ts';
import type { MessageAt } from './agent-faults.ts';
import { HOSTILE_NAMES, hostileBytes } from './hostile-names.ts';
import type { MessageFault } from './kinds.ts';
import { carryOn, cut, detach, noise, stall, u32 } from './misbehave.ts';

type HostileFault = Extract<MessageFault, { kind: 'hostile-name' }>;

/** Shown of a name in the report. */
const SHOWN_CHARACTERS = 120;

/** Has faults happen at the messages of one conversation. */
export class MessageActor implements FaultActor {
  readonly #phone: SimulatedPhone;
  readonly #via: Via;

  constructor(phone: SimulatedPhone, via: Via) {
    this.#phone = phone;
    this.#via = via;
  }

  async act(fault: MessageFault, link: AgentLink, at: MessageAt): Promise<void> {
    const { wire, signal } = link;
    this.#phone.events.record('fault.happened', { kind: fault.kind, message: at.name, number: at.number });
    switch (fault.kind) {
      case 'drop':
        return cut(wire, fault.how);
      case 'detach':
        return detach(this.#phone, this.#via, fault.reattachAfterMs);
      case 'stall':
        return stall(link, fault.ms);
      case 'garbage':
        await wire.write(noise(fault.length), { signal });
        return carryOn(link, fault.afterwards);
      case 'wrong-length':
        await wire.write([u32(fault.length), link.encode(['DLMessagePing', 'short'])], { signal });
        return carryOn(link, fault.afterwards);
      case 'no-message': {
        const body = encodePlist({ not: 'a message' }, link.style.format);
        await wire.write([u32(body.length), body], { signal });
        return carryOn(link, fault.afterwards);
      }
      case 'slow':
        link.slowNext(fault.segment);
        return;
      case 'error':
        throw new AgentFailure(fault.code, fault.text ?? 'The simulated phone was told to fail');
      case 'disconnect':
        await link.send(disconnect());
        throw new CutByFault('a fault disconnected');
      case 'ping':
        return link.send(ping());
      case 'unknown-message': {
        const { status } = await link.ask([fault.name as `DL${string}`, 'something', {}]);
        link.record.check('an unknown message is answered with a negative status', status < 0, `status ${status}`);
        return;
      }
      case 'cancel-request':
        return this.#phone.postNotification('com.apple.itunes-client.syncCancelRequest');
      case 'hostile-name':
        return this.#tryHostileName(fault, link);
    }
  }

  async #tryHostileName(fault: HostileFault, link: AgentLink): Promise<void> {
    const { udid } = this.#phone.identity;
    const bytes = hostileBytes(fault.name ?? HOSTILE_NAMES[fault.preset ?? 'parent'], udid);
    const name = bytes.toString('utf8');
    const entry = { in: fault.in, name: JSON.stringify(name.slice(0, SHOWN_CHARACTERS)), preset: fault.preset ?? null };
    try {
      const { status, text } = await tryName(fault, link, udid, bytes);
      link.record.hostile({ ...entry, reply: 'status', status, text });
    } catch (error) {
      const isClosed = isBackstopError(error, 'device/connection-lost');
      if (isClosed || error instanceof HostLeft) {
        link.record.hostile({ ...entry, reply: isClosed ? 'closed' : 'disconnected' });
      }
      throw error;
    }
  }
}

async function tryName(
  { in: place, other }: HostileFault,
  link: AgentLink,
  udid: string,
  bytes: Buffer,
): Promise<Pick<HostStatus, 'status' | 'text'>> {
  const name = bytes.toString('utf8');
  // A healthy item of our own for the other end of a move.
  const probe = other ?? `${udid}/Snapshot/backstop-probe`;
  const upload = (path: string | Buffer): Promise<HostStatus> =>
    link.ask(uploadFiles(1, 7), {
      stream: async (out) => {
        out.file('/.b/6/mobile/hostile', path);
        out.data(Buffer.from('hostile'));
        out.success();
      },
    });
  switch (place) {
    case 'upload':
      return upload(bytes);
    case 'move-from':
      return link.ask(moveItems({ [name]: probe }, 1));
    case 'move-to':
      await upload(probe);
      return link.ask(moveItems({ [probe]: name }, 1));
    case 'remove':
      return link.ask(removeItems([name], 1));
    case 'create':
      return link.ask(createDirectory(name));
    case 'list':
      return link.ask(contentsOfDirectory(name));
    case 'download':
      return (await link.download([name], 1, () => null)).status;
    case 'copy-from':
      return link.ask(copyItem(name, probe));
    case 'copy-to':
      await upload(probe);
      return link.ask(copyItem(probe, name));
  }
}
