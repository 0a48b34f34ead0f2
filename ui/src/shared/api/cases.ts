/** Cases, and the ways in which they can be answered. */
import type { Id, Moment, Named, Person } from './common';
import type { Feature } from './inboxes';
import type { Direction, MessageKind } from './messages';

export type CaseStatus = 'new' | 'open' | 'pending' | 'on_hold' | 'snoozed' | 'resolved' | 'closed';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';

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
  /** Who else would get a reply to all. */
  cc: Person[];
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
