/** What pages beside the inbox show: findings, articles, figures. */
import type { Id, Moment, Named } from './common';

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
