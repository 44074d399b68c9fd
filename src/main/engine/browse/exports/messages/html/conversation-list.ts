import type { Conversation } from '../conversations/model.ts';
import type { Display } from '../display.ts';
import { type Origin, originLine } from '../sink.ts';
import { escapeHtml, pathUrl } from './escape.ts';
import { pageHead } from './html-sink.ts';

export interface ListedConversation {
  readonly conversation: Conversation;
  /** Name of its folder. */
  readonly folder: string;
  readonly entries: number;
}

/** The page that leads to all conversations. */
export function listPage(app: string, list: readonly ListedConversation[], origin: Origin, display: Display): string {
  const items = list.map(({ conversation, folder, entries }) => {
    const count = display.count(entries, 'entry', 'entries');
    const people =
      conversation.people.length > 1 ? ` · ${display.count(conversation.people.length, 'person', 'people')}` : '';
    const when = conversation.lastMs === null ? '' : display.moment(conversation.lastMs);
    return `<li><a href="${escapeHtml(pathUrl(`${folder}/index.html`))}"><span><b><bdi>${escapeHtml(conversation.title)}</bdi></b>${escapeHtml(count + people)}</span><span class="when">${escapeHtml(when)}</span></a></li>`;
  });
  return `${pageHead(app)}<header><h1>${escapeHtml(app)}</h1><p>${escapeHtml(display.count(list.length, 'conversation', 'conversations'))}</p></header>
<main><ul class="list">
${items.join('\n')}
</ul></main>
<footer><p>${escapeHtml(originLine(origin, display))}</p></footer>
</body></html>
`;
}
