// Before every schema is made.
import '../api/no-eval.ts';
import '../design/tokens.css';
import '../design/base.css';
import './popover.css';
import { type FaceTold, faceTold } from '../../shared/contract/face.ts';

/** The small window of the menu bar and the tray: what the shell tells, and its actions. It asks the engine nothing. */

type Status = Extract<FaceTold, { told: 'status' }>;
const bridge = window.backstop;
const root = document.getElementById('root');

/** Shapes of ux.md § 3: state is never carried by colour alone. */
const MARKS: Readonly<Record<string, { readonly kind: string; readonly path: string; readonly label: string }>> = {
  verified: { kind: 'ok', path: 'M5 8.2l2.1 2.1L11 6', label: 'Verified' },
  'backing-up': { kind: 'run', path: 'M8 4.6v6M5.6 8.4L8 10.8l2.4-2.4', label: 'In progress' },
  verifying: { kind: 'run', path: 'M5 6h6M5 8.2h6M5 10.4h3.4', label: 'Reading back' },
  'needs-you': { kind: 'warn', path: 'M8 4.6v4.2M8 11.2h.01', label: 'Needs attention' },
  failed: { kind: 'bad', path: 'M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4', label: 'Failed' },
};
const OTHER = { kind: 'quiet', path: 'M8 4.8V8l2.2 1.4', label: 'No news' };
/** These close every list, apart from what belongs to the state. */
const ALWAYS: ReadonlySet<string> = new Set(['open', 'settings', 'quit']);

if (bridge !== undefined && root !== null) {
  bridge.onFrame((frame) => {
    const told = faceTold.safeParse(frame);
    if (told.success && told.data.told === 'status') draw(root, told.data);
  });
  bridge.post({ type: 'face', wish: 'hello' });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') bridge.post({ type: 'face', wish: 'close' });
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      step(root, event.key === 'ArrowDown' ? 1 : -1);
    }
  });
  window.addEventListener('focus', () => bridge.post({ type: 'face', wish: 'hello' }));
}

function draw(place: HTMLElement, status: Status): void {
  const focused = (document.activeElement as HTMLElement | null)?.dataset['id'];
  const own = status.actions.filter(({ id }) => !ALWAYS.has(id));
  const always = status.actions.filter(({ id }) => ALWAYS.has(id));
  place.replaceChildren(
    head(status),
    ...status.phones.map(phoneRow),
    ...(own.length > 0 ? [list(own)] : []),
    list(always),
  );
  if (focused !== undefined) place.querySelector<HTMLElement>(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  const pixels = Math.ceil(Math.min(800, Math.max(40, place.getBoundingClientRect().height)));
  bridge?.post({ type: 'face', wish: 'height', pixels });
}

function head({ state, first, second, percent }: Status): HTMLElement {
  const section = element('section', 'head');
  section.setAttribute('role', 'status');
  const words = element('div', 'words');
  const title = element('h1', '');
  title.textContent = first;
  words.append(title);
  if (second !== '') {
    const line = element('p', '');
    line.textContent = second;
    words.append(line);
  }
  if (percent !== null) {
    const bar = document.createElement('progress');
    bar.max = 100;
    bar.value = percent;
    bar.setAttribute('aria-label', first);
    words.append(bar);
  }
  section.append(mark(state), words);
  return section;
}

function phoneRow({ name, line, act }: Status['phones'][number]): HTMLElement {
  const row = element('section', 'phone');
  const words = element('div', 'words');
  const title = element('h2', '');
  title.textContent = name;
  const under = element('p', '');
  under.textContent = line;
  words.append(title, under);
  const art = vector('svg', { viewBox: '0 0 20 32', class: 'art', 'aria-hidden': 'true' });
  art.append(vector('rect', { x: '2', y: '1', width: '16', height: '30', rx: '4' }), vector('path', { d: 'M8 4h4' }));
  row.append(art, words);
  if (act !== null) {
    const { id, label } = act;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.setAttribute('aria-label', `${label} ${name}`);
    button.dataset['id'] = id;
    button.addEventListener('click', () => bridge?.post({ type: 'face', wish: 'act', id }));
    row.append(button);
  }
  return row;
}

function mark(state: string): SVGElement {
  const { kind, path, label } = MARKS[state] ?? OTHER;
  const svg = vector('svg', { viewBox: '0 0 16 16', class: `mark ${kind}`, role: 'img', 'aria-label': label });
  svg.append(vector('circle', { cx: '8', cy: '8', r: '7.2' }), vector('path', { d: path }));
  return svg;
}

function list(actions: Status['actions']): HTMLElement {
  const menu = element('div', 'list');
  for (const { id, label, isEnabled } of actions) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.disabled = !isEnabled;
    button.dataset['id'] = id;
    button.addEventListener('click', () => bridge?.post({ type: 'face', wish: 'act', id }));
    menu.append(button);
  }
  return menu;
}

function step(place: HTMLElement, by: number): void {
  const buttons = [...place.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const next = at < 0 ? (by > 0 ? 0 : buttons.length - 1) : (at + by + buttons.length) % buttons.length;
  buttons[next]?.focus();
}

function element(name: string, className: string): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  return made;
}

function vector(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
