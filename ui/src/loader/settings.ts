/** Reads from the script's own element which inbox it opens, on which desk, in which language. */
import type { Settings } from './launcher';

/** Return the settings, or null (and a word in the console) when the element does not say which inbox. */
export function settingsFrom(script: Element | null, document: Document, browserLocale: string): Settings | null {
  const element = script?.hasAttribute('data-inbox') ? script : document.querySelector('script[data-inbox][src]');
  const inboxKey = element?.getAttribute('data-inbox');
  const source = element?.getAttribute('src');
  if (!element || !inboxKey || !source) {
    console.warn('Kindred chat: <script src="https://DESK/w.js" data-inbox="INBOX_KEY"> names no inbox.');
    return null;
  }
  return {
    inboxKey,
    origin: new URL(source, document.baseURI).origin,
    locale: element.getAttribute('data-locale') || document.documentElement.lang || browserLocale || 'en',
  };
}
