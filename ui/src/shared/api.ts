/** The shapes that travel between the browser and the server: ids are strings, moments ISO 8601 in UTC, spans seconds. */

export type Id = string;
export type Moment = string;

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  details: Record<string, unknown>;
  errors?: { path: string; message: string }[];
}

export interface Named {
  id: Id;
  name: string;
}

export type Role = 'agent' | 'supervisor' | 'admin';

export interface Agent extends Named {
  email: string;
  role: Role;
  is_active: boolean;
  team_ids: Id[];
}

export interface Team extends Named {
  member_ids: Id[];
  business_hours_id: Id | null;
}

export type Feature = 'subject' | 'html' | 'attachments' | 'receipts' | 'typing' | 'cc';

export interface Inbox extends Named {
  key: string;
  channel: string;
  address: string;
  is_on: boolean;
  is_restricted: boolean;
  team_id: Id | null;
  health: {
    state: 'ok' | 'quiet' | 'failing' | 'off';
    last_in_at: Moment | null;
    last_out_at: Moment | null;
    last_seen_at: Moment | null;
    last_error: string | null;
  };
  features: Feature[];
  limits: { text: number | null };
}

export type CaseStatus = 'new' | 'open' | 'pending' | 'on_hold' | 'snoozed' | 'resolved' | 'closed';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type Direction = 'in' | 'out';
export type MessageKind = 'message' | 'note';

export interface LastMessage {
  id: Id;
  preview: string;
  direction: Direction;
  kind: MessageKind;
  channel: string;
  at: Moment;
}

export interface CaseRow {
  id: Id;
  number: number;
  title: string;
  status: CaseStatus;
  priority: Priority;
  customer: Named;
  assignee: Named | null;
  team: Named | null;
  inbox: Named & { channel: string };
  tags: string[];
  last_message: LastMessage | null;
  is_unread: boolean;
  is_unverified: boolean;
  opened_at: Moment;
  waiting_since: Moment | null;
  first_response_at: Moment | null;
  resolved_at: Moment | null;
  snoozed_until: Moment | null;
  updated_at: Moment;
}

export interface ReplyOption {
  key: string;
  inbox_id: Id;
  inbox_name: string;
  channel: string;
  channel_name: string;
  conversation_id: Id | null;
  identity_id: Id;
  recipient: string;
  is_verified: boolean;
  features: Feature[];
  limits: { text: number | null };
  is_default: boolean;
  subject: string | null;
}

export interface Case extends CaseRow {
  reply_options: ReplyOption[];
  newest_message_id: Id | null;
  allowed_statuses: CaseStatus[];
  linked_case_id: Id | null;
  why: { opened: string; assigned: string | null };
}

/** What a changing verb answers: the case, and the activity by which it can be undone. */
export type ChangedCase = Case & { activity_id?: Id | null };

export interface CaseCounts {
  mine: number;
  unassigned: number;
  all: number;
  snoozed: number;
  resolved: number;
  teams: Record<Id, number>;
}

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
  placed_by: string;
  participants: string[];
  sent_at: Moment;
  received_at: Moment | null;
  attachments: Attachment[];
  delivery: Delivery | null;
}

export interface Activity {
  id: Id;
  case_id: Id;
  actor: { type: 'agent' | 'system' | 'customer'; id: Id | null; name: string };
  verb: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  summary: string;
  reason: string | null;
}

export type Entry =
  | { type: 'message'; id: Id; at: Moment; in_case: boolean; message: Message }
  | { type: 'activity'; id: Id; at: Moment; in_case: boolean; activity: Activity };

export interface Identity {
  id: Id;
  kind: 'email' | 'phone' | 'telegram' | 'chat' | 'external';
  value: string;
  label: string;
  trust: 'verified' | 'claimed';
  channel_name: string;
  customer_id: Id;
  first_seen_at: Moment;
  last_seen_at: Moment;
}

export interface Evidence {
  field: string;
  left: string | null;
  right: string | null;
  bits: number;
  words: string;
}

export interface Proposal {
  id: Id;
  other: Named & { identities: Identity[] };
  bits: number;
  evidence: Evidence[];
}

export interface ReviewProposal extends Proposal {
  left: Named & { identities?: Identity[] };
}

export interface Customer extends Named {
  company: string | null;
  locale: string | null;
  time_zone: string | null;
  stage: string;
  satisfaction: 'affection' | 'indifferent' | 'defection';
  attributes: Record<string, unknown>;
  created_at: Moment;
  last_seen_at: Moment | null;
  identities: Identity[];
  merged: { link_id: Id; leaf_id: Id; name: string; at: Moment; by: string }[];
  open_cases: { id: Id; number: number; title: string; status: CaseStatus }[];
  proposals: Proposal[];
}

export type SearchHit =
  | {
      type: 'message';
      message_id: Id;
      case_id: Id | null;
      case_number: number | null;
      customer: Named;
      channel: string;
      at: Moment;
      snippet: string;
    }
  | { type: 'customer'; customer: Named; snippet: string };

export interface Article {
  id: Id;
  title: string;
  body: string;
  status: string;
}

export interface Spread {
  median: number | null;
  p90: number | null;
  n: number;
}

export interface Figures {
  open: number;
  unassigned: number;
  first_response: Spread;
  resolution: Spread;
  working_resolution: Spread;
}

export interface Overview {
  from: Moment;
  to: Moment;
  updated_at: Moment;
  teams: (Figures & { team: Named | null })[];
  all: Figures;
}

export interface DeadLetter {
  id: Id;
  inbox_id: Id | null;
  inbox_name: string | null;
  source: string;
  received_at: Moment;
  code: string;
  reason: string;
  size: number;
  state: 'dead' | 'replayed';
}

export interface Token {
  id: Id;
  name: string;
  created_at: Moment;
  last_used_at: Moment | null;
}

export interface Webhook {
  id: Id;
  name: string;
  url: string;
  kinds: string[];
  /** Null is every inbox. */
  inbox_ids: Id[] | null;
  state: 'ok' | 'failing' | 'paused';
  paused_because: string | null;
  last_error: string | null;
  last_ok_at: Moment | null;
}

export interface Presence {
  agent: Named;
  case_id: Id;
  state: 'viewing' | 'composing';
}

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
