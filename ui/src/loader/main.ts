/** Loads the chat launcher: `<script src="https://DESK/w.js" data-inbox="INBOX_KEY" defer></script>`. */
import { Launcher } from './launcher';
import { settingsFrom } from './settings';

// Only now does the browser know which script this is; a moment later it has forgotten.
const settings = settingsFrom(document.currentScript, document, navigator.language);

function start(): void {
  if (!settings || document.querySelector(`[data-kindred-chat="${CSS.escape(settings.inboxKey)}"]`)) return;
  document.body.append(new Launcher(window, settings).host);
}

if (document.body) start();
else document.addEventListener('DOMContentLoaded', start);
