import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseDocument } from '../../../src/conf/document';
import { parseTarget } from '../../../src/conf/target';
import type { Report } from '../../../src/conf/validate';
import { validate, validateAcl } from '../../../src/conf/validate';
import { filesOf, folder } from '../../support/confFolder';

type Snippets = Readonly<
  Record<string, { readonly prefix: string; readonly description: string; readonly body: readonly string[] }>
>;

/** Every text that a snippet can make without typing: each choice in turn, all else as proposed. */
function expansions(body: readonly string[]): string[] {
  const text = body.join('\n');
  const choices = [...text.matchAll(/\$\{\d+\|([^|]*)\|\}/g)].map(match => match[1]?.split(',') ?? []);
  const most = Math.max(1, ...choices.map(one => one.length));
  return Array.from({ length: most }, (_, at) =>
    text
      .replace(/\$\{\d+\|([^|]*)\|\}/g, (_all, list: string) => {
        const options = list.split(',');
        return options[Math.min(at, options.length - 1)] ?? '';
      })
      .replace(/\$\{\d+:([^}]*)\}/g, '$1')
      .replace(/\$\d/g, ''),
  );
}

suite('snippets', () => {
  for (const language of ['redis-conf', 'redis-sentinel-conf', 'redis-acl']) {
    const snippets = JSON.parse(readFileSync(`snippets/${language}.json`, 'utf8')) as Snippets;
    for (const [name, { body, description }] of Object.entries(snippets)) {
      test(`${language}: ${name} is accepted by every server of today`, () => {
        assert.match(description, /\S/);
        for (const snippet of expansions(body)) {
          // Some add to a master that is there already.
          const text =
            language === 'redis-sentinel-conf' && !snippet.includes('sentinel monitor')
              ? `sentinel monitor mymaster 10.0.0.1 6379 2\n${snippet}`
              : snippet;
          for (const server of ['redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1']) {
            const target = parseTarget(server);
            assert.ok(target);
            const options = {
              target,
              mode: language === 'redis-sentinel-conf' ? ('sentinel' as const) : ('redis' as const),
              workingDirectory: folder,
              files: filesOf(new Map([['data/x', '']])),
            };
            const document = parseDocument(text, `${folder}/redis.conf`);
            const report: Report =
              language === 'redis-acl' ? validateAcl(document, options) : validate(document, options);
            assert.deepEqual(
              report.findings.filter(one => one.severity === 'error').map(one => one.code),
              [],
              `${server}\n${text}`,
            );
          }
        }
      });
    }
  }
});
