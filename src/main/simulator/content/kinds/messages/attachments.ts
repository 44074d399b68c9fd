import { cocoaNanoseconds } from '../../calendar-time.ts';
import { contactCard, SMALLEST_PDF } from '../../media/document.ts';
import { type MediaType, mediaSource } from '../../media/media-source.ts';
import { SMALLEST_PICTURE } from '../../media/shapes.ts';
import type { Person } from '../../people.ts';
import type { SizePool } from '../../plan.ts';
import type { OpenDatabase } from '../../storage/scratch-database.ts';
import { fixedBytes } from '../../storage/sources.ts';
import type { ContentSource, StoredFile } from '../../storage/tree.ts';
import type { World } from '../../world.ts';
import type { Attachment, AttachmentPlan, AttachmentType } from './message.ts';

const DOMAIN = 'MediaDomain';
export const ATTACHMENTS_FOLDER = 'Library/SMS/Attachments';

interface Facts {
  readonly extension: string;
  readonly uti: string;
  readonly mime: string | null;
  readonly media: MediaType | null;
  readonly minimum: number;
}

const facts: Readonly<Record<AttachmentType, Facts>> = {
  photo: { extension: 'jpg', uti: 'public.jpeg', mime: 'image/jpeg', media: 'jpeg', minimum: SMALLEST_PICTURE },
  video: {
    extension: 'mov',
    uti: 'com.apple.quicktime-movie',
    mime: 'video/quicktime',
    media: 'movie',
    minimum: SMALLEST_PICTURE + 1000,
  },
  audio: { extension: 'caf', uti: 'com.apple.coreaudio-format', mime: 'audio/x-caf', media: 'caf', minimum: 400 },
  document: { extension: 'pdf', uti: 'com.adobe.pdf', mime: 'application/pdf', media: 'pdf', minimum: SMALLEST_PDF },
  contact: { extension: 'vcf', uti: 'public.vcard', mime: 'text/vcard', media: null, minimum: 0 },
  preview: {
    extension: 'pluginPayloadAttachment',
    uti: 'dyn.age81a5dzq7y066dbtf0g82pyqf4hk2pdrrwwm1gpqzb1g5pdqy',
    mime: null,
    media: 'jpeg',
    minimum: SMALLEST_PICTURE,
  },
  sticker: { extension: 'jpeg', uti: 'public.jpeg', mime: 'image/jpeg', media: 'jpeg', minimum: SMALLEST_PICTURE },
};

/** Makes attachments: a row each, and a file unless it stayed in iCloud. */
export class Attachments {
  readonly #world: World;
  readonly #pool: SizePool;
  readonly #sources = new Map<MediaType, ContentSource>();

  constructor(world: World, pool: SizePool) {
    this.#world = world;
    this.#pool = pool;
  }

  make(
    database: OpenDatabase,
    plan: AttachmentPlan,
    context: { id: string; date: number; fromMe: boolean; sender: Person },
  ): Attachment {
    const random = this.#world.stream(context.id);
    const { extension, uti, mime, media, minimum } = facts[plan.type];
    const pk = this.#world.next('attachment-pk');
    const guid = `at_0_${random.uuid()}`;
    const transferName = this.#nameOf(plan.type, extension, random.below(10_000));
    const place = `${ATTACHMENTS_FOLDER}/${random.hex(2)}/${String(random.below(16)).padStart(2, '0')}/${guid}/${transferName}`;
    const card = media === null ? contactCard(context.sender) : null;
    const wanted = this.#pool.size(plan.weight, minimum);
    /** Sound has two bytes a sample. */
    const bytes = card?.length ?? (plan.type === 'audio' ? wanted & ~1 : wanted);
    const file = plan.missing
      ? null
      : this.#world.tree.add(DOMAIN, place, {
          source: card === null ? this.#source(media ?? 'jpeg') : fixedBytes(card),
          size: bytes,
          modified: Math.floor(context.date),
        });
    const filename = plan.missing ? null : `~/${place}`;
    database.insert('attachment', {
      ROWID: pk,
      guid,
      original_guid: guid,
      created_date: cocoaNanoseconds(context.date),
      start_date: cocoaNanoseconds(context.date),
      filename,
      uti,
      mime_type: mime,
      transfer_state: plan.missing ? 0 : 5,
      is_outgoing: context.fromMe ? 1 : 0,
      transfer_name: transferName,
      total_bytes: bytes,
      is_sticker: plan.type === 'sticker' ? 1 : 0,
      hide_attachment: plan.type === 'preview' ? 1 : 0,
      ck_sync_state: 1,
    });
    return { pk, guid, type: plan.type, transferName, filename, bytes, file };
  }

  remove(file: StoredFile): void {
    this.#world.tree.remove(file, ATTACHMENTS_FOLDER);
  }

  #source(media: MediaType): ContentSource {
    const known = this.#sources.get(media) ?? mediaSource(this.#world, media);
    this.#sources.set(media, known);
    return known;
  }

  #nameOf(type: AttachmentType, extension: string, number: number): string {
    if (type === 'audio') return 'Audio Message.caf';
    if (type === 'document')
      return `${this.#world.language.notes[number % this.#world.language.notes.length]}.pdf`.replaceAll('/', '-');
    if (type === 'preview') return `${this.#world.stream(`preview/${number}`).uuid()}.${extension}`;
    return `IMG_${String(number).padStart(4, '0')}.${extension}`;
  }
}
