/** HTML that pages begin with; all that a server said is filled in by their scripts, as text. */
export const drillBody = `<header><h1 id="title"></h1><p id="acts" class="acts"></p></header>
<p id="empty" class="quiet" hidden></p>
<main>
<section id="run" aria-labelledby="head" hidden>
  <h2 id="head"></h2>
  <p id="phase" class="phase" role="status" aria-live="polite" hidden></p>
  <div id="verdict" role="status" aria-live="polite"></div>
  <dl id="figures"></dl>
  <h3 id="timelineTitle"></h3>
  <div id="picture" class="picture"></div>
  <ul id="legend" class="legend" aria-hidden="true"></ul>
  <div class="tables"><div class="scroll"><table id="marks"></table></div><div class="scroll" tabindex="0" role="group" aria-labelledby="timelineTitle"><table id="bars"></table></div></div>
</section>
<section id="comparePart" aria-labelledby="compareTitle" hidden><h2 id="compareTitle"></h2><div class="scroll" tabindex="0" role="group" aria-labelledby="compareTitle"><table id="compare"></table></div></section>
<section id="historyPart" aria-labelledby="historyTitle" hidden><h2 id="historyTitle"></h2><div class="scroll"><table id="history"></table></div></section>
</main>`;

export const watchBody = `<header><h1><span id="title"></span> <span id="level" class="level"></span></h1><p id="empty" class="quiet" hidden></p></header>
<main>
<section class="card" aria-labelledby="nodesTitle"><h2 id="nodesTitle" data-word="nodes"></h2><div class="scroll"><table id="nodes"><thead><tr></tr></thead><tbody></tbody></table></div></section>
<section class="card" id="detail" aria-labelledby="detailTitle" hidden><div class="head"><h2 id="detailTitle"></h2><button type="button" id="again" class="link" data-word="again"></button><button type="button" id="close" class="link" data-word="close"></button></div><p id="detailSays" class="quiet" role="status"></p><div class="scroll" tabindex="0" role="group" aria-labelledby="detailTitle"><table id="detailTable"><thead><tr></tr></thead><tbody></tbody></table></div></section>
<section class="card" aria-labelledby="eventsTitle"><div class="head"><h2 id="eventsTitle" data-word="events"></h2><span id="count" class="quiet" role="status"></span><button type="button" id="export" class="secondary" data-word="export"></button></div>
<div class="filters"><label><span data-word="filter"></span> <input id="text" type="search" spellcheck="false" autocomplete="off"></label><label><span data-word="node"></span> <select id="who"></select></label><label><span data-word="kind"></span> <select id="kind"></select></label></div>
<p id="nothing" class="quiet" data-word="nothing"></p><div class="scroll" tabindex="0" role="group" aria-labelledby="eventsTitle"><table id="events"><thead><tr></tr></thead><tbody></tbody></table></div></section>
</main>`;

export const problemsBody =
  '<main><h1 id="title"></h1><p id="empty" class="quiet" hidden></p><ul id="problems"></ul><details id="fold" hidden><summary id="notesTitle"></summary><ul id="notes"></ul></details></main>';
