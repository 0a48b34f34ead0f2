/** The shapes that travel between the widget and the desk: one place for the whole contract. */

export type Direction = 'in' | 'out';
export type DeliveryState = 'sent' | 'delivered' | 'read';

/** One message as the desk tells it; `in` is the visitor's, `out` is the desk's. Ids are 64-bit and travel as strings. */
export interface ChatMessage {
  id: string;
  client_id: string | null;
  direction: Direction;
  author_name: string;
  text: string;
  at: string;
  state: DeliveryState;
}

export interface InboxCard {
  name: string;
  team: string | null;
}

export interface Welcome {
  type: 'welcome';
  visitor: string;
  cursor: string;
  inbox: InboxCard;
  conversation_id: string | null;
  messages: ChatMessage[];
}

export type FromServer =
  | Welcome
  | { type: 'ack'; client_id: string; message_id: string; at: string; cursor: string }
  | { type: 'message'; cursor: string; message: ChatMessage }
  | { type: 'contact_kept' }
  | { type: 'refused'; client_id: string | null; code: string; detail: string }
  | { type: 'typing'; name: string };

export type FromVisitor =
  | { type: 'hello'; visitor: string | null; since: string | null; page_locale: string }
  | { type: 'message'; client_id: string; text: string; name?: string; email?: string }
  | { type: 'contact'; email: string; name?: string }
  | { type: 'typing' }
  | { type: 'read'; message_id: string };

/** Longest text the desk takes, in code points (the server counts code points, `String.length` does not). */
export const TEXT_LIMIT = 4000;

/** Return the length of `text` in code points. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Return the frame that `data` holds, or null when it is none of ours: a stranger's frame must not break the chat. */
export function parseFrame(data: unknown): FromServer | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return isRecord(frame) && typeof frame.type === 'string' ? (frame as unknown as FromServer) : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
