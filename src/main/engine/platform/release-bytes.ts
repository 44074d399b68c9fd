/**
 * Gives the memory of bytes that nobody needs any more back at once. The collector counts them only roughly and comes
 * after tens of megabytes; whoever makes thousands of such pieces pays for all of them. Does nothing to a part of a
 * larger buffer, which may be somebody else's too. Nothing may be asked of the bytes afterwards.
 */
export function releaseBytes(bytes: Uint8Array | null): void {
  if (bytes === null) return;
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0);
}
