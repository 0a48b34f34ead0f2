/** What every shape is made of: ids are strings, moments ISO 8601 in UTC, spans seconds. */
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

/** Somebody by their e-mail address. */
export interface Person {
  name: string | null;
  address: string;
}
