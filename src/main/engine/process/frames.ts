import { z } from 'zod';
import { failureFacts, mediaToken } from '../../../shared/contract/procedures/index.ts';

/**
 * What passes between the engine's process and its parent besides questions and answers: its life, and bytes to show.
 * Both share the port with the frames of the contract; each end leaves alone what it does not know.
 */

const id = z.number().int().nonnegative();
const offset = z.number().int().nonnegative();

/** To the engine. */
export const orderFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ping'), id }),
  /** Cancel what runs, close the vaults, end. */
  z.strictObject({ type: z.literal('shutdown') }),
]);

export const mediaOrderFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('media-open'),
    id,
    token: mediaToken,
    range: z
      .union([
        z.strictObject({ start: offset, end: offset.nullable() }),
        z.strictObject({ start: z.null(), end: offset }),
      ])
      .nullable(),
  }),
  /** One more chunk may come. */
  z.strictObject({ type: z.literal('media-more'), id }),
  z.strictObject({ type: z.literal('media-stop'), id }),
]);
export type MediaOrderFrame = z.infer<typeof mediaOrderFrame>;

/** From the engine. */
export const lifeFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('pong'), id }),
]);

export const mediaFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('media-head'),
    id,
    media: z.string().max(100),
    size: offset,
    start: offset,
    end: z.number().int().min(-1),
  }),
  z.strictObject({ type: z.literal('media-bytes'), id, bytes: z.instanceof(Uint8Array) }),
  z.strictObject({ type: z.literal('media-end'), id }),
  z.strictObject({ type: z.literal('media-failure'), id, failure: failureFacts }),
]);
export type MediaFrame = z.infer<typeof mediaFrame>;

/** A chunk is no larger, and so many may be on their way for one item: this bounds the memory of both ends. */
export const CHUNK_BYTES = 256 * 1024;
export const CHUNKS_ON_THE_WAY = 4;
