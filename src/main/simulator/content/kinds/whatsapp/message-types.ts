import type { MediaType } from '../../media/media-source.ts';
import { SMALLEST_PICTURE } from '../../media/shapes.ts';

/** ZMESSAGETYPE. */
export const TYPE = {
  text: 0,
  image: 1,
  video: 2,
  audio: 3,
  contact: 4,
  location: 5,
  system: 6,
  link: 7,
  document: 8,
  call: 10,
  deleted: 14,
  sticker: 15,
} as const;
export type TypeName = keyof typeof TYPE;

interface MediaFacts {
  readonly source: MediaType;
  readonly extension: string;
  readonly mime: string;
  readonly weight: number;
  readonly minimum: number;
}

export const mediaFacts: Readonly<Partial<Record<TypeName, MediaFacts>>> = {
  image: { source: 'jpeg', extension: 'jpg', mime: 'image/jpeg', weight: 0.15, minimum: SMALLEST_PICTURE },
  video: { source: 'movie', extension: 'mp4', mime: 'video/mp4', weight: 2, minimum: SMALLEST_PICTURE + 1000 },
  audio: { source: 'm4a', extension: 'm4a', mime: 'audio/mp4', weight: 0.05, minimum: 2500 },
  document: { source: 'pdf', extension: 'pdf', mime: 'application/pdf', weight: 0.1, minimum: 1200 },
};

export const gallery: readonly TypeName[] = [
  'text',
  'image',
  'audio',
  'system',
  'document',
  'location',
  'contact',
  'link',
  'video',
  'call',
  'deleted',
  'text',
  'image',
];
export const mediaTypes = ['image', 'image', 'image', 'image', 'audio', 'audio', 'video', 'document'] as const;
