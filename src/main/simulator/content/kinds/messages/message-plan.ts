import type { World } from '../../world.ts';
import type { AttachmentPlan, AttachmentType, MessagePlan, Shape } from './message.ts';

/** Every phone with enough messages has each of these, in this order, in its first conversations. */
const gallery: readonly Shape[] = [
  'text',
  'text',
  'reply',
  'tapback',
  'emojiTapback',
  'attachment',
  'edited',
  'unsent',
  'tapbackRemoved',
  'link',
  'audio',
  'participant',
  'rename',
  'deleted',
  'sticker',
  'mention',
  'album',
  'effect',
  'spam',
  'orphan',
  'twoChats',
  'subject',
];

const GALLERY_FROM_MESSAGES = 40;

export interface MessagePlanOptions {
  readonly messages: number;
  /** Percent of ordinary messages that carry files. */
  readonly attachmentPercent: number;
}

export function planMessage(world: World, index: number, options: MessagePlanOptions): MessagePlan {
  const random = world.stream(`message/${index}/plan`);
  const shown = options.messages >= GALLERY_FROM_MESSAGES ? gallery[index] : undefined;
  const drawn = random.below(1000) / 10;
  const shape = shown ?? (options.messages < GALLERY_FROM_MESSAGES ? 'text' : drawShape(drawn));
  if (shape === 'text' && shown === undefined && random.chance(options.attachmentPercent)) {
    return { index, shape: 'attachment', attachments: [planAttachment(world, index, 0)] };
  }
  return { index, shape, attachments: attachmentsOf(world, index, shape, options.attachmentPercent > 0) };
}

function drawShape(draw: number): Shape {
  if (draw < 8) return 'tapback';
  if (draw < 9) return 'emojiTapback';
  if (draw < 9.5) return 'tapbackRemoved';
  if (draw < 14) return 'reply';
  if (draw < 17) return 'edited';
  if (draw < 18) return 'unsent';
  if (draw < 18.5) return 'participant';
  if (draw < 18.8) return 'rename';
  if (draw < 20) return 'deleted';
  if (draw < 21) return 'mention';
  if (draw < 22) return 'effect';
  if (draw < 22.3) return 'spam';
  if (draw < 22.5) return 'subject';
  return 'text';
}

function attachmentsOf(world: World, index: number, shape: Shape, allowed: boolean): AttachmentPlan[] {
  if (!allowed) return [];
  switch (shape) {
    case 'attachment':
      return [planAttachment(world, index, 0)];
    case 'album':
      return [0, 1, 2].map((part) => ({ ...planAttachment(world, index, part, 'photo'), missing: part === 2 }));
    case 'audio':
      return [planAttachment(world, index, 0, 'audio')];
    case 'link':
      return [planAttachment(world, index, 0, 'preview')];
    case 'sticker':
      return [planAttachment(world, index, 0, 'sticker')];
    default:
      return [];
  }
}

function planAttachment(world: World, index: number, part: number, type?: AttachmentType): AttachmentPlan {
  const random = world.stream(`message/${index}/attachment/${part}/plan`);
  const draw = random.below(100);
  const drawn = draw < 70 ? 'photo' : draw < 80 ? 'video' : draw < 92 ? 'document' : 'contact';
  const chosen = type ?? (index < gallery.length ? 'photo' : drawn);
  const weight =
    chosen === 'video'
      ? 2 + random.below(6)
      : chosen === 'photo'
        ? 0.2 + random.fraction() / 2
        : 0.05 + random.fraction() / 10;
  return { type: chosen, weight, missing: type === undefined && index >= gallery.length && random.chance(4) };
}
