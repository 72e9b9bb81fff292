// The slot map's page alone, in a real Chromium: what it paints, what it says, and that nothing that comes from a server gets out of hand.
import assert from 'node:assert/strict';
import type { MapPlan } from '../../src/webviews/slotMapProtocol';
import { MapBrowser } from '../support/mapPage';
import { nodesText, seenBy, stateOf, withLine, nodeId } from '../support/mapStates';

suite('the page of the slot map', () => {
  let browser: MapBrowser;
  suiteSetup(async () => { browser = await MapBrowser.open(); });
  suiteTeardown(() => browser.close());

  const healthy = nodesText(3);
  const troubled = (() => {
    // redis-1: an unassigned stretch; redis-2 has failed; redis-3 believes some slots of redis-1 to be its own; three slots on their way
    let text = withLine(healthy, 0, line => line.replace('0-5460', `0-1799 2300-5460 [40->-${nodeId(2)}] [41->-${nodeId(2)}]`));
    text = withLine(text, 1, line => line.replace('master', 'master,fail'));
    const other = withLine(withLine(seenBy(text.replace(/ \[[^\]]*\]/g, ''), 2), 2, line => line.replace('10923-16383', `900-1300 10923-16383 [40-<-${nodeId(0)}]`)), 0, line => line.replace('0-1799', '0-899 1301-1799'));
    return [text, other];
  })();

  const plan: MapPlan = {
    id: 1, title: 'Move 1,005 slots with 5,210 keys in orders?', detail: ['No loss expected: every key stays reachable while it moves. You can cancel between two slots.'], running: false,
    moves: [{ from: 1, to: 3, fromName: 'redis-1', toName: 'redis-3', ranges: [3000, 3999], slots: 1000, keys: 5210 }, { from: 2, to: 1, fromName: 'redis-2', toName: 'redis-1', ranges: [9000, 9004], slots: 5, keys: 0 }],
    acts: [{ id: 'move', label: 'Move' }, { id: 'discard', label: 'Discard' }],
  };

  for (const theme of ['dark', 'light', 'contrast'] as const) {
    test(`a healthy and a troubled cluster in ${theme}`, async () => {
      for (const [name, texts] of [['healthy', [healthy]], ['troubled', troubled]] as const) {
        const map = await browser.page({ theme, state: stateOf(texts) });
        if (name === 'healthy') await map.send({ type: 'plan', plan });
        else await map.page.getByRole('button', { name: 'slot 40', exact: true }).click();
        await map.send(...[40, 41].map(slot => ({ type: 'keys' as const, slot, keys: 17, there: 25 })));
        await map.page.waitForTimeout(800);
        await map.screenshot(`map-${name}-${theme}`);
        assert.deepEqual(map.problems, []);
        await map.close();
      }
    });
  }
});
