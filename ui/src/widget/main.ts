/** Starts the chat frame: reads who embeds it and which inbox it serves, then mounts the screen. */
import { mount } from 'svelte';
import App from './App.svelte';
import { Host, invitation } from './host';
import { Stage } from './stage.svelte';
import { browserSurroundings } from './surroundings';
import './widget.css';
import { speechFor } from './words';

async function start(): Promise<void> {
  const target = document.getElementById('app');
  if (!target) return;
  const { locale, origin } = invitation(location.hash, navigator.language);
  const inboxKey = decodeURIComponent(location.pathname.split('/').filter(Boolean).at(-1) ?? '');
  const speech = await speechFor(locale);
  document.documentElement.lang = speech.language;
  document.documentElement.dir = speech.direction;
  const key = encodeURIComponent(inboxKey);
  const place = {
    inboxKey,
    socketUrl: `${location.origin.replace(/^http/, 'ws')}/ws/chat/${key}`,
    httpUrl: `/api/v1/chat/${key}/messages`,
    locale,
  };
  mount(App, { target, props: { stage: new Stage(place, browserSurroundings()), speech, host: new Host(window, origin) } });
}

void start();
