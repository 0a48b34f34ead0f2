/** What was said and how it travels, one by one and in a timeline. */
import type { Activity } from './cases';
import type { Id, Moment, Person } from './common';

export type Direction = 'in' | 'out';
export type MessageKind = 'message' | 'note';

export interface Attachment {
  id: Id;
  name: string;
  media_type: string;
  size: number;
  url: string;
}

export type DeliveryState = 'held' | 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled';

export interface Delivery {
  state: DeliveryState;
  recipient: string;
  attempts: number;
  error: string | null;
  undo_until: Moment | null;
}

/** Somebody a message was also written to; of those in `bcc` nobody outside knows. */
export interface Participant extends Person {
  role: 'to' | 'cc' | 'bcc';
}

export interface Message {
  id: Id;
  case_id: Id;
  conversation_id: Id | null;
  customer_id: Id;
  inbox_id: Id | null;
  channel: string;
  channel_name: string;
  direction: Direction;
  kind: MessageKind;
  author: { type: 'customer' | 'agent' | 'system'; id: Id | null; name: string };
  text: string;
  quoted: string | null;
  subject: string | null;
  has_html: boolean;
  is_unverified: boolean;
  is_automatic: boolean;
  placed_by: string;
  participants: Participant[];
  sent_at: Moment;
  received_at: Moment | null;
  attachments: Attachment[];
  delivery: Delivery | null;
}

export type Entry =
  | { type: 'message'; id: Id; at: Moment; in_case: boolean; message: Message }
  | { type: 'activity'; id: Id; at: Moment; in_case: boolean; activity: Activity };
