import type { ContentSource } from '../storage/tree.ts';
import type { World } from '../world.ts';

const BLOCK_BYTES = 4096;
const WORDS = [
  'cache',
  'entry',
  'index',
  'value',
  'state',
  'token',
  'sync',
  'local',
  'remote',
  'queue',
  'item',
  'user',
];

/** Compressible content: words and numbers, as JSON of exactly the wanted size or as lines of a log. */
export function textSource(world: World, form: 'json' | 'lines'): ContentSource {
  return {
    *read(file): Generator<Buffer> {
      const random = world.stream(file.contentName);
      const separator = form === 'lines' ? '\n' : ' ';
      let block = '';
      const wanted = Math.min(BLOCK_BYTES, file.sizeBytes);
      while (block.length < wanted) block += `${random.pick(WORDS)}=${random.below(100_000)}${separator}`;
      const body = Buffer.from(block.slice(0, wanted), 'latin1');
      const [head, tail] = form === 'json' ? ['{"data":"', '"}'] : ['', ''];
      const framed = file.sizeBytes >= head.length + tail.length;
      if (framed && head !== '') yield Buffer.from(head, 'latin1');
      let left = file.sizeBytes - (framed ? head.length + tail.length : 0);
      for (; left > 0; left -= body.length) yield left >= body.length ? body : body.subarray(0, left);
      if (framed && tail !== '') yield Buffer.from(tail, 'latin1');
    },
  };
}
