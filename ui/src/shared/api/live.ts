/** What the server says by itself, on `/ws/agent`. */
import type { Id, Moment } from './common';
import type { Presence } from './staff';

export type EventKind =
  | 'message.received'
  | 'message.sent'
  | 'note.added'
  | 'delivery.moved'
  | 'case.opened'
  | 'case.reopened'
  | 'case.changed'
  | 'customer.changed'
  | 'customers.merged'
  | 'merge.undone'
  | 'proposal.opened'
  | 'proposal.answered';

export interface FeedEvent {
  type: 'event';
  id: Id;
  kind: EventKind;
  at: Moment;
  payload: {
    case_id?: Id;
    conversation_id?: Id;
    customer_id?: Id;
    message_id?: Id;
    inbox_id?: Id;
    agent_id?: Id;
  };
}

/** A frame that the server sends on `/ws/agent`. */
export type ServerFrame =
  | { type: 'welcome'; cursor: Id; presence: Presence[] }
  | FeedEvent
  | { type: 'reset'; cursor: Id }
  | { type: 'presence'; presence: Presence[] }
  | { type: 'typing'; conversation_id: Id; case_id: Id | null };
