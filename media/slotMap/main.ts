import './style.css';
import type { FirstSight, HostMessage, PageMessage } from '../../src/webviews/slotMapProtocol';
import { byId } from './dom';
import { Page } from './page';
import type { Remembered } from './page';
import { useWords, word } from './words';

declare function acquireVsCodeApi(): {
  postMessage(message: PageMessage): void;
  getState(): Remembered | undefined;
  setState(state: Remembered): void;
};

const host = acquireVsCodeApi();
const first = JSON.parse(byId('first').textContent) as FirstSight;
useWords(first.words, first.language);
for (const labelled of document.querySelectorAll<HTMLElement>('[data-word]'))
  labelled.textContent = word(labelled.dataset['word'] ?? '');
for (const labelled of document.querySelectorAll<HTMLElement>('[data-label]'))
  labelled.setAttribute('aria-label', word(labelled.dataset['label'] ?? ''));
byId<HTMLInputElement>('keys').placeholder = word('keysPlaceholder');

const topology = document.body.dataset['topology'] ?? '';
const page = new Page(
  message => host.postMessage(message),
  state => host.setState({ ...state, topology }),
  host.getState() ?? {},
);
if (first.state) page.receive({ type: 'state', state: first.state });
// Messages reach a webview's page from its host only; the shape is that of the shared protocol.
addEventListener('message', (event: MessageEvent<HostMessage>) => page.receive(event.data));
new MutationObserver(() => page.themeChanged()).observe(document.body, {
  attributes: true,
  attributeFilter: ['class', 'data-vscode-theme-id'],
});
host.setState({ ...host.getState(), topology });
host.postMessage({ type: 'ready' });
