/** Loads the chat launcher: `<script src="https://DESK/w.js" data-inbox="INBOX_KEY" defer></script>`. */
import { Launcher } from './launcher';
import { settingsFrom } from './settings';

// Only now does the browser know which script this is; a moment later it has forgotten.
const settings = settingsFrom(document.currentScript, document, navigator.language);

function start(): void {
  if (!settings) {
    console.warn('Kindred chat: the script element needs data-inbox="INBOX_KEY".');
    return;
  }
  // A page that runs the script twice (a router that renders it again, say) still has one launcher.
  if (document.querySelector(`[data-kindred-chat="${CSS.escape(settings.inboxKey)}"]`)) return;
  document.body.append(new Launcher(window, settings).host);
}

if (document.body) start();
else document.addEventListener('DOMContentLoaded', start);
