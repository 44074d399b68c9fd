import type { Locator, Page } from 'playwright-core';

/** More stops than any screen has between two things that somebody wants. */
const MOST_STOPS = 60;
const MOMENT_MS = 500;

/** Hands that have a keyboard only. Every stop on the way must show that it has the focus. */
export class Keyboard {
  readonly #page: Page;
  /** Stops that did not show it, each once. */
  readonly unseen = new Set<string>();

  constructor(page: Page) {
    this.#page = page;
  }

  /** Presses keys, one after another, and looks at where each leads. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.#page.keyboard.press(key);
      await this.#look();
    }
  }

  /** As a person types; what is typed is seen in the field. */
  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  /** Goes on with Tab (or arrows, within a list) until it is there. */
  async goTo(target: Locator, key = 'Tab'): Promise<void> {
    await target.waitFor();
    for (let stop = 0; stop <= MOST_STOPS; stop += 1) {
      if (await target.evaluate(hasFocus)) return;
      await this.press(key);
    }
    throw new Error(`${String(target)} cannot be reached with ${key}`);
  }

  /** Goes there and presses Enter (or another key). */
  async use(target: Locator, key = 'Enter'): Promise<void> {
    await this.goTo(target);
    await this.#page.keyboard.press(key);
  }

  /** A screen that is just changing may take a moment to draw it. */
  async #look(): Promise<void> {
    const until = performance.now() + MOMENT_MS;
    for (;;) {
      const stop = await this.#page.evaluate(focusOf);
      if (stop === null || stop.isSeen) return;
      if (performance.now() > until) {
        this.unseen.add(stop.name);
        return;
      }
    }
  }
}

/** Runs in the page. */
function hasFocus(element: Element): boolean {
  const { activeElement } = document;
  if (element === activeElement) return true;
  // A list that keeps the focus and says which of its rows it stands for.
  return activeElement?.getAttribute('aria-activedescendant') === element.id && element.id !== '';
}

/**
 * Runs in the page: what has the focus, and whether that is drawn: by a ring, an outline, or the colour of the accent, on
 * itself or on what stands for it. Null: nothing has it.
 */
function focusOf(): { readonly name: string; readonly isSeen: boolean } | null {
  const active = document.activeElement;
  if (active === null || active === document.body) return null;
  const probe = document.createElement('i');
  document.body.append(probe);
  const colours = ['--accent', '--accent-text', '--focus-ring'].map((name) => {
    if (name === '--focus-ring') {
      probe.style.boxShadow = `var(${name})`;
      return /rgba?\([^)]*\)(?=[^)]*$)/.exec(getComputedStyle(probe).boxShadow)?.[0] ?? '';
    }
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  const label = active.matches('input') ? active.closest('label') : null;
  const standsFor = [
    active,
    ...(active.matches('input') && active.parentElement !== null ? [active.parentElement] : []),
    ...(label === null ? [] : [label, ...label.querySelectorAll('*')]),
    document.getElementById(active.getAttribute('aria-activedescendant') ?? ''),
  ];
  const isSeen = standsFor.some((one) => {
    if (one === null) return false;
    const box = one.getBoundingClientRect();
    const isInside =
      box.width > 1 &&
      box.height > 1 &&
      box.right > 0 &&
      box.bottom > 0 &&
      box.left < innerWidth &&
      box.top < innerHeight;
    if (!isInside) return false;
    const { boxShadow, outlineStyle, outlineWidth, backgroundColor } = getComputedStyle(one);
    const hasRing =
      / [234]px( inset)?$| [234]px( inset)?,/.test(boxShadow) && colours.some((one) => boxShadow.includes(one));
    const hasOutline = outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 1.5;
    const isFilled = one.getAttribute('role')?.startsWith('menuitem') === true && colours.includes(backgroundColor);
    return hasRing || hasOutline || isFilled;
  });
  const name = active.getAttribute('aria-label') ?? active.textContent?.trim().slice(0, 60) ?? '';
  return { name: `${active.tagName.toLowerCase()}[${active.getAttribute('role') ?? ''}] ${name}`, isSeen };
}
