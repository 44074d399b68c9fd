/** What the main thread and the hashing thread say to each other. Blocks are shared memory: no byte is copied. */

export const BLOCK_BYTES = 1024 * 1024;

export type HashRequest =
  | { readonly kind: 'update'; readonly stream: number; readonly block: SharedArrayBuffer; readonly length: number }
  | { readonly kind: 'digest'; readonly stream: number }
  | { readonly kind: 'drop'; readonly stream: number }
  /** Hashes many runs of one block; `places` are pairs of offset and length, `hashes` what is expected, as hex, one after another. */
  | {
      readonly kind: 'check';
      readonly ticket: number;
      readonly block: SharedArrayBuffer;
      readonly places: Uint32Array;
      readonly hashes: string;
    };

export type HashAnswer =
  | { readonly kind: 'updated'; readonly stream: number }
  | { readonly kind: 'digest'; readonly stream: number; readonly hash: Uint8Array }
  /** Positions in `places` of the runs whose hash is another one. */
  | { readonly kind: 'checked'; readonly ticket: number; readonly wrong: readonly number[] };
