import { createHash } from 'node:crypto';
import { createPayloadEncryptor } from '../../../engine/formats/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import type { Via } from '../../services/types.ts';
import { AgentFailure } from '../endings.ts';
import type { DueFileFault } from '../faults/agent-faults.ts';
import { carryOn, cut, detach, noise, stall, u32 } from '../faults/misbehave.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import { BLOCK } from '../protocol/messages.ts';
import type { OutgoingStream } from '../protocol/outgoing-stream.ts';
import { put, read } from './content-pieces.ts';
import type { Payload, PayloadEnd } from './payload-upload.ts';

/** The armed faults at files, as one backup meets them. */
export class FileFaults {
  readonly phone: SimulatedPhone;
  readonly via: Via;
  readonly #link: AgentLink;
  /** Ids that the phone's own verification passes over: it knows that they are not there. */
  readonly forgiven = new Set<string>();
  /** The phone ends with this error after the batch. */
  failAfter: AgentFailure | null = null;

  constructor(phone: SimulatedPhone, via: Via, link: AgentLink) {
    this.phone = phone;
    this.via = via;
    this.#link = link;
  }

  due({ file, number }: Payload): DueFileFault[] {
    const name = `${file.domain}-${file.relativePath}`;
    const due = this.#link.faults.atFile({
      request: this.#link.record.request,
      number,
      name,
      sizeBytes: file.sizeBytes,
    });
    for (const { kind } of due) this.phone.events.record('fault.happened', { kind, file: name, number });
    return due;
  }
}

type Positioned = Extract<DueFileFault, { kind: 'drop' | 'stall' | 'detach' | 'garbage' | 'unreadable' }>;

/** One file, with everything that is to go wrong with it. */
export async function sendWithFaults(
  out: OutgoingStream,
  payload: Payload,
  link: AgentLink,
  faults: readonly DueFileFault[],
  context: FileFaults,
): Promise<PayloadEnd> {
  const find = <Kind extends DueFileFault['kind']>(kind: Kind): Extract<DueFileFault, { kind: Kind }> | undefined =>
    faults.find((fault): fault is Extract<DueFileFault, { kind: Kind }> => fault.kind === kind);
  const manifestFacts = {
    sizeLie: find('size-lie')?.by ?? 0,
    wrongDigest: find('wrong-digest') !== undefined,
    wrongKey: find('wrong-key') !== undefined,
  };
  const missing = find('missing-payload');
  if (missing !== undefined) {
    if (!missing.noticed) context.forgiven.add(payload.id);
    return { ...manifestFacts, isSent: false, hasRow: true, plainBytes: payload.file.sizeBytes, digest: null };
  }
  await beforeFile(out, payload, link, faults);
  const unknown = find('unknown-block');
  if (unknown !== undefined) out.block(unknown.code, noise(unknown.length));
  for (let count = find('empty-blocks')?.count ?? 0; count > 0; count -= 1) out.block(BLOCK.data);

  const digest = payload.file.hasDigest ? createHash('sha1') : null;
  const positioned = faults.filter((fault): fault is Positioned => isPositioned(fault));
  const content = await sendContent(out, payload, link, positioned, (piece) => digest?.update(piece), context);
  const { unreadable } = content;
  if (unreadable !== null) {
    out.block(unreadable.code, Buffer.from(unreadable.text));
    if (unreadable.thenError !== null) {
      context.failAfter = new AgentFailure(unreadable.thenError, `Multiple errors uploading files: ${unreadable.text}`);
    }
    const isSent = unreadable.bytes > 0;
    if (unreadable.keepRow) context.forgiven.add(payload.id);
    const hasRow = unreadable.keepRow;
    return { ...manifestFacts, isSent: isSent && hasRow, hasRow, plainBytes: content.plainBytes, digest: null };
  }
  const zero = find('zero-block');
  if (zero !== undefined) {
    out.u32(0);
    await out.drain();
    await carryOn(link, zero.afterwards);
  }
  const late = find('late-error-code');
  if (late === undefined) out.success();
  else out.block(BLOCK.remoteError, Buffer.from(late.text));
  await out.flush();
  return {
    ...manifestFacts,
    isSent: true,
    hasRow: true,
    plainBytes: content.plainBytes,
    digest: digest?.digest() ?? null,
  };
}

function isPositioned(fault: DueFileFault): fault is Positioned {
  return ['drop', 'stall', 'detach', 'garbage', 'unreadable'].includes(fault.kind);
}

/** Names and whole files that come before the file itself; ends with its names. */
async function beforeFile(
  out: OutgoingStream,
  { devicePath, hostPath }: Payload,
  link: AgentLink,
  faults: readonly DueFileFault[],
): Promise<void> {
  for (const fault of faults) {
    if (fault.kind === 'duplicate') {
      out.file(devicePath, hostPath);
      out.data(Buffer.from('an earlier version, which the next one replaces'));
      out.success();
    } else if (fault.kind === 'empty-name') {
      out.file(devicePath, '');
      out.data(Buffer.from('nobody knows where this belongs'));
      out.success();
    } else if (fault.kind === 'wrong-length') {
      if (fault.field === 'device-name') out.raw(Buffer.concat([u32(fault.length), Buffer.from(devicePath)]));
      else if (fault.field === 'block') {
        out.file(devicePath, hostPath);
        out.raw(Buffer.concat([u32(fault.length), Buffer.of(BLOCK.data), noise(1000)]));
      } else {
        out.raw(Buffer.concat([u32(devicePath.length), Buffer.from(devicePath)]));
        out.raw(Buffer.concat([u32(fault.length), Buffer.from(hostPath)]));
      }
      await out.drain();
      await carryOn(link, fault.afterwards);
    }
  }
  out.file(devicePath, hostPath);
}

/** Sends the content, and has faults happen after so many bytes of it. */
async function sendContent(
  out: OutgoingStream,
  { file, key }: Payload,
  link: AgentLink,
  faults: readonly Positioned[],
  onStored: (piece: Buffer) => void,
  context: FileFaults,
): Promise<{ readonly plainBytes: number; readonly unreadable: Extract<Positioned, { kind: 'unreadable' }> | null }> {
  const cipher = key === null ? null : createPayloadEncryptor(key.key);
  const waiting = [...faults];
  const content = file.read()[Symbol.iterator]();
  let plainBytes = 0;
  let storedBytes = 0;
  let isLast = false;
  while (!isLast) {
    const next = read(content);
    if (next instanceof Error) throw next;
    isLast = next === null;
    plainBytes += next?.length ?? 0;
    let piece = cipher === null ? (next ?? Buffer.alloc(0)) : next === null ? cipher.final() : cipher.update(next);
    for (let fault = waiting[0]; fault !== undefined; fault = waiting[0]) {
      const before = Math.max(0, fault.bytes - storedBytes);
      if (before > piece.length || (before === piece.length && !isLast)) break;
      waiting.shift();
      const head = piece.subarray(0, before);
      storedBytes += head.length;
      onStored(head);
      if (fault.kind === 'unreadable') {
        put(out, head, null, link.style.blockBytes);
        return { plainBytes, unreadable: fault };
      }
      // In the middle of a block that was announced with all that was to come.
      out.raw(Buffer.concat([u32(piece.length + 1), Buffer.of(BLOCK.data), head]));
      piece = piece.subarray(before);
      await out.drain();
      await happen(fault, link, context);
      out.raw(piece);
      onStored(piece);
      storedBytes += piece.length;
      piece = Buffer.alloc(0);
    }
    put(out, piece, null, link.style.blockBytes);
    onStored(piece);
    storedBytes += piece.length;
    if (out.isFull) await out.flush();
  }
  return { plainBytes, unreadable: null };
}

async function happen(
  fault: Exclude<Positioned, { kind: 'unreadable' }>,
  link: AgentLink,
  { phone, via }: FileFaults,
): Promise<void> {
  switch (fault.kind) {
    case 'drop':
      return cut(link.wire, fault.how);
    case 'detach':
      return detach(phone, via, fault.reattachAfterMs);
    case 'stall':
      return stall(link, fault.ms);
    case 'garbage':
      await link.wire.write(noise(fault.length), { signal: link.signal });
      return carryOn(link, fault.afterwards);
  }
}
