import { keystream } from '../storage/keystream.ts';
import { padded } from '../storage/sources.ts';
import type { ContentSource, StoredFile } from '../storage/tree.ts';
import type { World } from '../world.ts';
import { cafHead, recordingHead } from './audio.ts';
import { pdfEnds } from './document.ts';
import { encodeJpeg } from './jpeg.ts';
import { jpegFile } from './jpeg-file.ts';
import { movieHead } from './movie.ts';
import { drawLandscape } from './picture.ts';
import { shapeFor } from './shapes.ts';

export type MediaType = 'jpeg' | 'movie' | 'caf' | 'pdf' | 'm4a';

/** Believable files outside the camera roll: one source a type serves the whole phone, the file's own path is the seed. */
export function mediaSource(world: World, type: MediaType): ContentSource {
  return { read: (file) => readers[type](world, file) };
}

const readers: Readonly<Record<MediaType, (world: World, file: StoredFile) => Iterable<Buffer>>> = {
  jpeg: (world, file) => {
    const { seed } = world;
    const shape = shapeFor('photo', file.sizeBytes);
    const picture = drawLandscape(world.stream(file.contentName), shape.columns, shape.rows);
    return jpegFile({ seed, name: file.contentName, totalBytes: file.sizeBytes, shape, picture });
  },
  movie: (world, file) => {
    const shape = shapeFor('movie', file.sizeBytes);
    const facts = { brand: 'qt  ' as const, durationSeconds: 1 + (file.sizeBytes % 60), created: file.birth };
    const picture = drawLandscape(world.stream(file.contentName), shape.columns, shape.rows);
    const frame = encodeJpeg(shape.width, shape.height, picture);
    return filled(
      world,
      file,
      movieHead({ ...facts, width: shape.width, height: shape.height, frame, totalBytes: file.sizeBytes }),
    );
  },
  caf: (world, file) => filled(world, file, cafHead(file.sizeBytes)),
  m4a: (world, file) =>
    filled(world, file, recordingHead({ title: file.name, durationSeconds: 3, totalBytes: file.sizeBytes })),
  pdf: function* (world, file) {
    const { contentName, sizeBytes } = file;
    const { head, tail } = pdfEnds(file.name, sizeBytes);
    yield head;
    yield* keystream(world.seed, contentName, sizeBytes - head.length - tail.length);
    yield tail;
  },
};

function filled(world: World, file: StoredFile, head: Buffer): Iterable<Buffer> {
  return padded(world.seed, file.contentName, file.sizeBytes, head);
}
