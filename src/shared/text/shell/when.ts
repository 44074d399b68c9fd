/** Days and times inside the shell's sentences: "today, 18:02", "12 November". */

export function whenInSentence(iso: string, now: Date, locale?: string): string {
  const date = new Date(iso);
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(date);
  return `${dayInSentence(date, now, locale)}, ${time}`;
}

export function dateInSentence(iso: string, now: Date, locale?: string): string {
  return dayInSentence(new Date(iso), now, locale);
}

function dayInSentence(date: Date, now: Date, locale: string | undefined): string {
  const days = dayNumber(now) - dayNumber(date);
  if (days === 0 || days === 1) {
    return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-days, 'day');
  }
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'long',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(date);
}

/** Days on this computer's calendar, whatever the clock does in spring and autumn. */
function dayNumber(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}
