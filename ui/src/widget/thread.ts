/** The messages of one conversation: each once, in order, with how far it has come. */
import type { Pending } from './keepsake';
import type { ChatMessage, DeliveryState, Direction } from './wire';

export type LineState = 'sending' | 'refused' | DeliveryState;

/** One line on the screen; `key` stays the same from "Sending" to "Read", so that nothing flickers. */
export interface Line {
  key: string;
  id: string | null;
  direction: Direction;
  author: string;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
  state: LineState;
  refusal: string | null;
}

const RANK: Record<DeliveryState, number> = { sent: 0, delivered: 1, read: 2 };

export class Thread {
  #messages: ChatMessage[] = [];

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  clear(): void {
    this.#messages = [];
  }

  /** Take a message in; return whether it was new. A known one only moves its state, and never backwards. */
  take(message: ChatMessage): boolean {
    const known = this.#messages.find((other) => isSame(other, message));
    if (!known) {
      this.#messages = [...this.#messages, message].sort(inOrder);
      return true;
    }
    const state = RANK[message.state] > RANK[known.state] ? message.state : known.state;
    const merged = { ...message, client_id: message.client_id ?? known.client_id, state };
    this.#messages = this.#messages.map((old) => (old === known ? merged : old)).sort(inOrder);
    return false;
  }

  /** Return the lines to show: what the desk knows, then what is still on its way. */
  lines(pending: readonly Pending[]): Line[] {
    const known = this.#messages.map((message) => ({
      key: message.client_id ?? message.id,
      id: message.id,
      direction: message.direction,
      author: message.author_name,
      text: message.text,
      at: Date.parse(message.at),
      state: message.state,
      refusal: null,
    }));
    const waiting = pending.map((message) => ({
      key: message.client_id,
      id: null,
      direction: 'in' as const,
      author: message.name ?? '',
      text: message.text,
      at: message.at,
      state: message.refusal === undefined ? ('sending' as const) : ('refused' as const),
      refusal: message.refusal ?? null,
    }));
    return [...known, ...waiting];
  }
}

function isSame(left: ChatMessage, right: ChatMessage): boolean {
  return left.id === right.id || (left.client_id !== null && left.client_id === right.client_id);
}

function inOrder(left: ChatMessage, right: ChatMessage): number {
  // Ids are 64-bit decimals: a longer one is a later one, and Number() would round them.
  return (
    Date.parse(left.at) - Date.parse(right.at) ||
    left.id.length - right.id.length ||
    (left.id < right.id ? -1 : Number(left.id > right.id))
  );
}
