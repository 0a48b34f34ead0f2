/** Pages beside the inbox: search, reports, dead letters. */
export const search = {
  title: 'Search',
  field: 'Search messages and customers',
  hint: 'Words, a name, a number or an address.',
  none: (q: string): string => `Nothing found for “${q}”.`,
  failed: 'The search did not work.',
  results: 'Results',
  customer: 'Customer',
  count: (n: number, more: boolean): string => `${n}${more ? '+' : ''} ${n === 1 && !more ? 'result' : 'results'}`,
};

export const reports = {
  title: 'Overview',
  period: 'Period',
  team: 'Team',
  allTeams: 'All teams',
  noTeam: 'No team',
  days: (n: number): string => (n === 1 ? 'Today' : `Last ${n} days`),
  updated: (moment: string): string => `Updated ${moment}`,
  refresh: 'Refresh',
  open: 'Open',
  unassigned: 'Unassigned',
  first: 'First response',
  resolution: 'Resolution',
  working: 'Working resolution',
  median: 'median',
  p90: 'p90',
  n: 'n',
  few: 'not enough data',
  byTeam: 'By team',
  figures: 'Key figures',
  about: (name: string): string => `What does “${name}” count?`,
  definitions: {
    open: 'Cases that are neither resolved, closed nor snoozed at this moment, whatever the period.',
    unassigned: 'Open cases that have no assignee at this moment.',
    first:
      'From the customer’s first message to the first public reply by a person, per case. Automatic replies and notes do not count; a reopening does not restart it. Calendar time; counted where the reply falls into the period.',
    resolution:
      'From the customer’s first message to the last time the case was resolved. A reopened case moves to its later resolution. Calendar time; counted where the resolution falls into the period.',
    working:
      'The sum of the times the case was waiting on us, over all its cycles. Snoozed time and time waiting for the customer do not count.',
  },
  failed: 'The report could not be loaded.',
  forbidden: 'This page is for supervisors.',
  definitionsTitle: 'How these are counted',
  few20: 'Under 20 cases a median says little.',
};

export const dead = {
  title: 'Dead letters',
  lead: 'What came in but could not be read. Nothing is lost: mend the cause, then replay.',
  none: 'No dead letters. Everything that came in could be read.',
  received: 'Received',
  inbox: 'Inbox',
  reason: 'Reason',
  size: 'Size',
  state: { dead: 'Waiting', replayed: 'Replayed' },
  action: 'Action',
  replay: 'Replay',
  failed: 'The dead letters could not be loaded.',
};
