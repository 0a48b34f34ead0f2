/** What a case and a message can be in, in words. */
import type { CaseStatus, DeliveryState, Priority } from '../api';

export const status = {
  new: 'New',
  open: 'Open',
  pending: 'Waiting for customer',
  on_hold: 'On hold',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
  closed: 'Closed',
} satisfies Record<CaseStatus, string>;

export const delivery = {
  held: 'Held, can be undone',
  queued: 'Queued',
  sending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Not delivered',
  cancelled: 'Cancelled, not sent',
} satisfies Record<DeliveryState, string>;

export const priority = { low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent' } satisfies Record<Priority, string>;
