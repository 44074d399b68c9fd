import type { Random } from '../../random.ts';
import type { Language } from '../../text/language.ts';
import type { Conversation, Message, Shape } from './message.ts';

type Made = Pick<Message, 'text' | 'versions' | 'dateEdited' | 'tapbackType' | 'tapbackEmoji'>;

const tapbackShapes: ReadonlySet<Shape> = new Set(['tapback', 'emojiTapback', 'tapbackRemoved', 'sticker']);
const LOOK_BACK = 400;

/** The message an answer or a reaction is about: the latest of the conversation that has a text. */
export function targetOf(shape: Shape, conversation: Conversation, messages: readonly Message[]): Message | null {
  if (shape !== 'reply' && !tapbackShapes.has(shape)) return null;
  for (let at = messages.length - 1; at >= Math.max(0, messages.length - LOOK_BACK); at--) {
    const message = messages[at];
    if (message === undefined || message.tapbackType !== 0 || message.text === null) continue;
    if (message.shape !== 'deleted' && message.conversations.includes(conversation)) return message;
  }
  return null;
}

/** What a message of this shape says. A reaction without anything to react to becomes a plain text. */
export function textOf(shape: Shape, random: Random, language: Language, target: Message | null, date: number): Made {
  const plain: Made = {
    text: sentence(random, language),
    versions: [],
    dateEdited: null,
    tapbackType: 0,
    tapbackEmoji: null,
  };
  if (target !== null && tapbackShapes.has(shape)) return reaction(shape, random, target);
  switch (shape) {
    case 'edited':
      return {
        ...plain,
        versions: [
          { text: sentence(random, language), date },
          { text: `${sentence(random, language)}…`, date: date + 20 },
        ].slice(0, random.between(1, 2)),
        dateEdited: date + 45,
      };
    case 'unsent':
      return { ...plain, text: null, versions: [{ text: sentence(random, language), date }], dateEdited: date + 30 };
    case 'audio':
    case 'album':
    case 'participant':
    case 'rename':
      return { ...plain, text: null };
    case 'link':
      return { ...plain, text: `https://example.org/${random.hex(8)}` };
    case 'attachment':
      return random.chance(50) ? { ...plain, text: null } : plain;
    default:
      return plain;
  }
}

function reaction(shape: Shape, random: Random, target: Message): Made {
  const type = random.below(6);
  const base = { versions: [], dateEdited: null, tapbackEmoji: null };
  const quoted = target.text ?? '';
  if (shape === 'sticker') return { ...base, text: null, tapbackType: 1000 };
  if (shape === 'emojiTapback')
    return { ...base, text: `Reacted 🎈 to “${quoted}”`, tapbackType: 2006, tapbackEmoji: '🎈' };
  const verbs = ['Loved', 'Liked', 'Disliked', 'Laughed at', 'Emphasised', 'Questioned'];
  if (shape === 'tapbackRemoved') return { ...base, text: `Removed a heart from “${quoted}”`, tapbackType: 3000 };
  return { ...base, text: `${verbs[type]} “${quoted}”`, tapbackType: 2000 + type };
}

function sentence(random: Random, language: Language): string {
  const first = random.pick(language.messages);
  return random.chance(25) ? `${first} ${random.pick(language.messages)}` : first;
}
