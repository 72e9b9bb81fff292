import type { PageParts } from './html';
import { pageHtml } from './html';
import type { FirstSight } from './slotMapProtocol';

export interface HtmlParts extends Pick<PageParts, 'nonce' | 'cspSource' | 'script' | 'style'> {
  readonly topologyId: string;
  readonly first: FirstSight;
}

/** The page as the webview gets it: the first map travels as data. */
export function slotMapHtml({ topologyId, first, ...parts }: HtmlParts): string {
  return pageHtml({
    ...parts,
    language: first.language,
    title: first.words['pageTitle'] ?? '',
    data: { topology: topologyId },
    body,
    first: { id: 'first', value: first },
  });
}

const body = `<header>
  <div class="top">
    <div><h1><span id="title"></span> <span id="health" class="level unknown" hidden></span></h1>
    <p id="sum" class="quiet"></p></div>
    <div class="heat"><span id="heatScale" hidden><span>0</span> <canvas id="heatBar" width="72" height="8" aria-hidden="true"></canvas> <span id="heatMost"></span></span> <label for="heat" data-word="heat"></label> <select id="heat"></select></div>
  </div>
  <ul id="reasons" class="reasons" hidden></ul>
  <div class="ribbonPart"><div class="ribbonRoom"><canvas id="ribbon" class="ribbon" aria-hidden="true"></canvas><i id="here" hidden></i></div><div class="scale" aria-hidden="true"><span>0</span><span>4096</span><span>8192</span><span>12288</span><span>16383</span></div></div>
</header>
<main>
  <section id="room">
    <div id="map" tabindex="0" role="application" data-label="mapLabel" aria-describedby="spoken">
      <canvas id="field" width="128" height="128" aria-hidden="true"></canvas>
      <canvas id="lines" aria-hidden="true"></canvas>
      <canvas id="overlay" aria-hidden="true"></canvas>
      <div id="finger" aria-hidden="true"></div>
    </div>
    <p id="empty" role="status"></p>
    <p id="spoken" class="spoken" role="status" aria-live="polite"></p>
  </section>
  <div id="side">
    <section class="card plan" id="planPart" aria-labelledby="planTitle" hidden>
      <h2 class="cardTitle" id="planTitle"></h2>
      <table><thead><tr><th scope="col" data-word="planWay"></th><th scope="col" class="number" data-word="slots"></th><th scope="col" data-word="ranges"></th><th scope="col" class="number" data-word="keys"></th></tr></thead><tbody id="planMoves"></tbody></table>
      <div id="planDetail" class="quiet"></div>
      <progress id="planBar" aria-labelledby="planTitle" hidden></progress>
      <p id="planSays" class="quiet" role="status" hidden></p>
      <div id="planActs" class="acts"></div>
    </section>
    <section class="card">
      <label for="keys" class="cardTitle" data-word="findKey"></label>
      <input id="keys" type="text" spellcheck="false" autocomplete="off" />
      <ul id="found"></ul>
      <p id="verdict" role="status"></p>
    </section>
    <section class="card">
      <h2 class="cardTitle" data-word="here"></h2>
      <div id="details"></div>
    </section>
    <section class="card" id="troublePart" hidden>
      <div class="cardHead"><h2 class="cardTitle" data-word="trouble"></h2><button type="button" id="fix" class="act second small" data-word="fix"></button></div>
      <ul id="trouble"></ul>
    </section>
  </div>
  <section class="card" id="table" hidden>
    <div class="cardHead"><h2 class="cardTitle" data-word="shardsTitle"></h2></div>
    <div class="scroll"><table>
      <thead><tr><th scope="col" data-word="master"></th><th scope="col" data-word="replicas"></th><th scope="col" class="number" data-word="slots"></th><th scope="col" data-word="ranges"></th><th scope="col" class="number" data-word="keys"></th><th scope="col" class="number" data-word="memory"></th></tr></thead>
      <tbody id="shards"></tbody>
    </table></div>
  </section>
</main>`;
