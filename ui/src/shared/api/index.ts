/** The shapes that travel between the browser and the server: ids are strings, moments ISO 8601 in UTC, spans seconds. */
export type * from './cases';
export type * from './common';
export type * from './customers';
export type * from './inboxes';
export type * from './live';
export type * from './messages';
export type * from './pages';
export type * from './staff';
