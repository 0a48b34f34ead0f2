/** Picks the page's language: English travels with the widget, any other comes alone and on demand. */
import { en, type Words } from './en';

const OTHERS: Record<string, () => Promise<{ words: Words }>> = {
  ar: () => import('./ar'),
  de: () => import('./de'),
};
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

export interface Speech {
  words: Words;
  /** The language of the words, which is English when the page's own is not among ours. */
  language: string;
  direction: 'ltr' | 'rtl';
  time: (at: number, now: number) => string;
}

/** Return the words and the way of writing moments for a page's locale (BCP 47). Never fails: English is at hand. */
export async function speechFor(locale: string): Promise<Speech> {
  const wanted = locale.toLowerCase().split(/[-_]/)[0] ?? '';
  const found = await OTHERS[wanted]?.().catch(() => null);
  const language = found ? wanted : 'en';
  // A locale of the same language keeps its region's way of writing times (en-GB); another would mix two languages.
  const format = wanted === language && isLocale(locale) ? locale : language;
  return {
    words: found?.words ?? en,
    language,
    direction: RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr',
    time: timeFormat(format),
  };
}

/** Put values into a sentence: `fill('{n} left', { n: 3 })`. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function isLocale(locale: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}

function timeFormat(locale: string): Speech['time'] {
  const today = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const earlier = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return (at, now) => {
    if (!Number.isFinite(at)) return '';
    const isToday = new Date(at).toDateString() === new Date(now).toDateString();
    return (isToday ? today : earlier).format(at);
  };
}
