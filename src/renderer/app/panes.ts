const PANES = 'nav, main, [role=complementary], aside';
const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex]:not([tabindex="-1"])';

/** Moves the focus to the first thing of the next landmark, round and round. */
export function nextPane(): void {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)].filter((one) => one.querySelector(PANES) === null);
  const at = panes.findIndex((one) => one.contains(document.activeElement));
  for (let step = 1; step <= panes.length; step++) {
    const target = panes[(at + step) % panes.length]?.querySelector<HTMLElement>(FOCUSABLE);
    if (target === null || target === undefined) continue;
    target.focus();
    return;
  }
}
