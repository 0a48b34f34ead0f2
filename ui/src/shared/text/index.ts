/** Every sentence the workspace says, in one place, so that another language is another folder of the same shape. */
import { did, list, oneCase } from './cases';
import { composer, guard, timeline } from './conversation';
import { customer, proposals } from './customers';
import { command, keys, live, nav, signIn } from './frame';
import { dead, reports, search } from './pages';
import { delivery, priority, status } from './states';

export const t = {
  product: 'Kindred',
  skip: 'Skip to main content',
  today: 'Today',
  yesterday: 'Yesterday',
  tomorrow: 'Tomorrow',
  now: 'now',
  close: 'Close',
  cancel: 'Cancel',
  retry: 'Try again',
  loading: 'Loading…',
  more: 'Load more',
  undo: 'Undo',
  dismiss: 'Dismiss',
  back: 'Back',
  none: 'None',
  save: 'Save',
  and: ' and ',
  notFound: 'There is nothing at this address.',
  toInbox: 'Go to the inbox',
  titled: (page: string): string => `${page} · Kindred`,

  status,
  priority,
  delivery,
  signIn,
  nav,
  live,
  list,
  case: oneCase,
  did,
  timeline,
  composer,
  guard,
  customer,
  proposals,
  search,
  reports,
  dead,
  keys,
  command,
};
