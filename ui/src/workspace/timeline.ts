/** One timeline in the browser: entries in ascending order, older pages on demand, changes merged in by id. */
import { get as read, writable } from 'svelte/store';
import type { Entry, Message, Page } from '../shared/api';
import { dayAndTime } from '../shared/format';
import { get } from '../shared/http';

export interface TimelineState {
  entries: Entry[];
  older: string | null;
  status: 'loading' | 'ready' | 'failed';
  isLoadingOlder: boolean;
}

const PAGE = 50;

/** Sort by moment, and by id where two share one. */
export function inOrder(entries: Entry[]): Entry[] {
  const key = (entry: Entry): number => Date.parse(entry.at);
  return entries.sort((a, b) => key(a) - key(b) || a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Put newer knowledge over older, entry by entry. */
export function merged(before: Entry[], after: Entry[]): Entry[] {
  const byId = new Map(before.map((entry) => [`${entry.type}:${entry.id}`, entry]));
  for (const entry of after) byId.set(`${entry.type}:${entry.id}`, entry);
  return inOrder([...byId.values()]);
}

/** The timeline at one address (`/cases/{id}/timeline` or `/customers/{id}/timeline`). */
export class Timeline {
  readonly state = writable<TimelineState>({ entries: [], older: null, status: 'loading', isLoadingOlder: false });

  constructor(private readonly path: string) {}

  async load(): Promise<void> {
    try {
      const page = await get<Page<Entry>>(this.path, { limit: PAGE });
      this.state.set({ entries: inOrder([...page.items]), older: page.next, status: 'ready', isLoadingOlder: false });
    } catch {
      this.state.update((state) => ({ ...state, status: 'failed' }));
    }
  }

  async loadOlder(): Promise<void> {
    const { older, isLoadingOlder } = read(this.state);
    if (!older || isLoadingOlder) return;
    this.state.update((state) => ({ ...state, isLoadingOlder: true }));
    try {
      const page = await get<Page<Entry>>(this.path, { limit: PAGE, cursor: older });
      this.state.update((state) => ({
        ...state,
        entries: merged(page.items, state.entries),
        older: page.next,
        isLoadingOlder: false,
      }));
    } catch {
      this.state.update((state) => ({ ...state, isLoadingOlder: false }));
    }
  }

  /** Ask for the newest page; when it does not reach what we have, what we had is let go. */
  async refresh(): Promise<void> {
    const page = await get<Page<Entry>>(this.path, { limit: PAGE });
    this.state.update((state) => {
      const known = new Set(state.entries.map((entry) => entry.id));
      const meets = page.next === null || page.items.some((entry) => known.has(entry.id));
      return meets && state.status === 'ready'
        ? { ...state, entries: merged(state.entries, page.items) }
        : { entries: inOrder([...page.items]), older: page.next, status: 'ready', isLoadingOlder: false };
    });
  }

  /** Show a message that we have just made or changed. */
  put(message: Message, in_case = true): void {
    this.state.update((state) => {
      const known = state.entries.find((entry) => entry.type === 'message' && entry.id === message.id);
      const at = known?.at ?? message.received_at ?? message.sent_at;
      const entry: Entry = { type: 'message', id: message.id, at, in_case: known?.in_case ?? in_case, message };
      return { ...state, entries: merged(state.entries, [entry]) };
    });
  }

  has(messageId: string): boolean {
    return read(this.state).entries.some((entry) => entry.type === 'message' && entry.id === messageId);
  }
}

const MOMENT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|\+00:00)/g;

/** Moments inside a sentence of the server's, told in the reader's own zone, which only the browser knows. */
export const inOurZone = (sentence: string): string => sentence.replace(MOMENT, (moment) => dayAndTime(moment));

export type Block =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'entry'; key: string; entry: Entry }
  | { kind: 'fold'; key: string; entries: Entry[] };

/** Cut entries into what is drawn: a heading per day, and runs of other cases folded into one line each. */
export function blocks(entries: Entry[], isFolding: boolean): Block[] {
  const drawn: Block[] = [];
  let day = '';
  for (const entry of entries) {
    const key = `${entry.type}:${entry.id}`;
    const last = drawn[drawn.length - 1];
    if (isFolding && !entry.in_case) {
      if (last?.kind === 'fold') last.entries.push(entry);
      else drawn.push({ kind: 'fold', key: `fold:${key}`, entries: [entry] });
      continue;
    }
    const ours = new Date(entry.at).toDateString();
    if (ours !== day) drawn.push({ kind: 'day', key: `day:${ours}:${key}`, at: entry.at });
    day = ours;
    drawn.push({ kind: 'entry', key, entry });
  }
  return drawn;
}
