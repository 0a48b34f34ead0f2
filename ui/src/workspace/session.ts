/** Who is signed in; `undefined` until the server has been asked. */
import { get as read, writable } from 'svelte/store';
import type { Agent } from '../shared/api';
import { get, keepCsrf, post, Problem, remove, whenSignedOut } from '../shared/http';

interface Session {
  agent: Agent;
  csrf: string;
}

export const me = writable<Agent | null | undefined>(undefined);

/** The id of the agent at this desk; only to be asked for behind the sign-in. */
export const myId = (): string => read(me)?.id ?? '';
export const isSupervisor = (agent: Agent | null | undefined): boolean =>
  agent?.role === 'supervisor' || agent?.role === 'admin';

function keepSession(session: Session): void {
  keepCsrf(session.csrf);
  me.set(session.agent);
}

function forget(): void {
  keepCsrf(null);
  me.set(null);
}

/** Ask the server who we are; nobody, when it does not know us. Raises Problem when it cannot be reached. */
export async function begin(): Promise<void> {
  whenSignedOut(forget);
  try {
    keepSession(await get<Session>('/session'));
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 401) forget();
    else throw reason;
  }
}

/** Raises Problem `session.wrong_credentials` or `session.throttled`. */
export async function signIn(email: string, password: string): Promise<void> {
  keepSession(await post<Session>('/session', { email, password }));
}

export async function signOut(): Promise<void> {
  await remove('/session');
  forget();
}
