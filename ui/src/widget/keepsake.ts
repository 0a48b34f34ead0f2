/** What the widget keeps in the visitor's browser, so that a reload, a crash or a lost line loses nothing. */
import type { KeyStore } from './surroundings';
import type { ChatMessage, InboxCard } from './wire';

/** A message that the desk has not yet acknowledged. */
export interface Pending {
  client_id: string;
  text: string;
  /** When the visitor sent it, in milliseconds since 1970. */
  at: number;
  name?: string;
  email?: string;
  /** Whether it has ever left: what a second try adds may be dropped with the double. */
  is_tried?: boolean;
  /** The desk's reason, when it refused; the visitor decides what happens next. */
  refusal?: string;
}

/** How to reach the visitor by e-mail; the address stays whole only until the desk has it. */
export interface Contact {
  name: string;
  email: string;
  is_known_to_desk: boolean;
}

/** A consistent moment of the thread: `cursor` belongs to exactly these `messages`. */
export interface Snapshot {
  visitor: string | null;
  cursor: string | null;
  conversation_id: string | null;
  inbox: InboxCard | null;
  messages: ChatMessage[];
  contact: Contact | null;
  has_declined_email: boolean;
}

const KEPT_MESSAGES = 50;
const EMPTY: Snapshot = {
  visitor: null,
  cursor: null,
  conversation_id: null,
  inbox: null,
  messages: [],
  contact: null,
  has_declined_email: false,
};

export class Keepsake {
  readonly #storage: KeyStore;
  readonly #key: string;

  constructor(storage: KeyStore, inboxKey: string) {
    this.#storage = storage;
    this.#key = `kindred.chat.${inboxKey}`;
  }

  /** Return the last snapshot, or an empty one when there is none or it cannot be read. */
  snapshot(): Snapshot {
    const kept = this.#read<Partial<Snapshot>>(this.#key);
    const isWhole = kept !== null && Array.isArray(kept.messages);
    return isWhole ? { ...EMPTY, ...kept } : { ...EMPTY };
  }

  keep(snapshot: Snapshot): void {
    this.#write(this.#key, { ...snapshot, messages: snapshot.messages.slice(-KEPT_MESSAGES) });
  }

  /** Return all unacknowledged messages, oldest first. */
  pending(): Pending[] {
    const found: Pending[] = [];
    for (let index = 0; index < this.#storage.length; index += 1) {
      const key = this.#storage.key(index);
      if (!key?.startsWith(this.#pendingPrefix)) continue;
      const pending = this.#read<Pending>(key);
      if (pending && typeof pending.client_id === 'string' && typeof pending.text === 'string') found.push(pending);
    }
    return found.sort((left, right) => left.at - right.at);
  }

  /** One key per message: two tabs that write at once cannot lose each other's. */
  keepPending(pending: Pending): void {
    this.#write(this.#pendingPrefix + pending.client_id, pending);
  }

  dropPending(clientId: string): void {
    this.#storage.removeItem(this.#pendingPrefix + clientId);
  }

  get #pendingPrefix(): string {
    return `${this.#key}.pending.`;
  }

  #read<Value>(key: string): Value | null {
    try {
      return JSON.parse(this.#storage.getItem(key) ?? 'null') as Value | null;
    } catch {
      return null;
    }
  }

  #write(key: string, value: unknown): void {
    try {
      this.#storage.setItem(key, JSON.stringify(value));
    } catch {
      // A full store costs the copy that survives a reload, never the message on its way: that one is in memory too.
    }
  }
}
