import * as vscode from 'vscode';
import { hoverAt } from '../conf/features/hover';
import type { HoverFacts } from '../conf/features/hover';
import type { Context } from '../conf/features/context';
import type { History } from '../conf/table';
import { targetName } from '../conf/target';
import type { Contexts } from './contexts';
import type { Descriptions } from './descriptions';
import { aclFile, rangeOf, selector } from './documents';
import { bytesText, defaultText, kindText } from './phrases';

export function registerHover(contexts: Contexts, descriptions: Descriptions): vscode.Disposable {
  return vscode.languages.registerHoverProvider([...selector, { language: aclFile }], {
    async provideHover(document, position, token) {
      const context = await contexts.of(document);
      if (context === undefined || token.isCancellationRequested) return undefined;
      const facts = hoverAt(context, context.document.offsetAt(position));
      const parts = facts === undefined ? undefined : await words(context, facts, descriptions);
      if (facts === undefined || parts === undefined || parts.length === 0) return undefined;
      return new vscode.Hover(new vscode.MarkdownString(parts.join('\n\n')), rangeOf(context.document, facts));
    },
  });
}

async function words(context: Context, facts: HoverFacts, descriptions: Descriptions): Promise<string[] | undefined> {
  const { product } = context.target;
  switch (facts.kind) {
    case 'directive':
      return directiveWords(context, facts, descriptions);
    case 'pseudo': {
      const about = await descriptions.directive(facts.name, product);
      return about === undefined ? undefined : [`**${facts.name}**`, about.text, ...linkLine(about.link)];
    }
    case 'statement': {
      const about = await descriptions.statement(facts.statement.name, product);
      const state =
        facts.statement.state === true ? [vscode.l10n.t('Written by the sentinel itself: leave it alone.')] : [];
      return [
        `**sentinel ${facts.statement.name}** ${facts.statement.words.map(word => `\`${word}\``).join(' ')}`,
        about?.text ?? '',
        ...state,
        vscode.l10n.t('Since {0}.', facts.statement.since),
        ...linkLine(about?.link),
      ];
    }
    case 'master': {
      if (facts.host === undefined)
        return [vscode.l10n.t('No “sentinel monitor” line of this file names the master “{0}”.', facts.name)];
      return [
        `**${escaped(facts.name)}** ${escaped(facts.host)}:${escaped(facts.port ?? '?')}`,
        vscode.l10n.t('{0} sentinels must agree that it is down before a failover is tried.', facts.quorum ?? '?'),
      ];
    }
    case 'value': {
      const lines = await Promise.all(
        facts.values.map(async value => ({ value, text: await descriptions.value(facts.key, value) })),
      );
      return lines.flatMap(({ value, text }) => (text === undefined ? [] : [`\`${value}\`: ${text}`]));
    }
    case 'memory':
      return [bytesText(facts.bytes)];
    default:
      return facts satisfies never;
  }
}

async function directiveWords(
  context: Context,
  facts: Extract<HoverFacts, { kind: 'directive' }>,
  descriptions: Descriptions,
): Promise<string[]> {
  const { target } = context;
  const about = await descriptions.directive(facts.history?.id ?? facts.name, target.product);
  const setting = facts.known?.setting;
  const parts = [`**${facts.name}**${setting === undefined ? '' : ` \`${kindText(setting).replaceAll('`', '')}\``}`];
  if (facts.known?.aliasOf !== undefined)
    parts.push(vscode.l10n.t('Old name of **{0}**; both work on {1}.', facts.known.aliasOf, targetName(target)));
  if (facts.known === undefined) parts.push(vscode.l10n.t('**{0} does not know this directive.**', targetName(target)));
  else if (facts.known.ignored)
    parts.push(vscode.l10n.t('**{0} accepts this line and ignores it.**', targetName(target)));
  if (about !== undefined) parts.push(about.text);
  if (setting !== undefined) {
    const change = setting.mutable ? vscode.l10n.t('can be changed by CONFIG SET') : vscode.l10n.t('needs a restart');
    parts.push(
      [
        vscode.l10n.t('Default: `{0}`', defaultText(setting)),
        change,
        ...(setting.aliases.length === 0 ? [] : [vscode.l10n.t('also called {0}', setting.aliases.join(', '))]),
      ].join(' · '),
    );
  }
  if (facts.history !== undefined) parts.push(historyText(facts.history));
  return [...parts, ...linkLine(about?.link)];
}

function historyText({ since, gone }: History): string {
  const one = (product: string, from: string | undefined, to: string | undefined): string[] => {
    if (from === undefined) return [];
    return [
      to === undefined
        ? vscode.l10n.t('{0} {1} and later', product, from)
        : vscode.l10n.t('{0} {1} until before {2}', product, from, to),
    ];
  };
  const parts = [...one('Redis', since.redis, gone.redis), ...one('Valkey', since.valkey, gone.valkey)];
  return parts.length === 0 ? '' : `${parts.join(' · ')}`;
}

function linkLine(link: string | undefined): string[] {
  return link === undefined ? [] : [`[${vscode.l10n.t('Official page')}](${link})`];
}

const escaped = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>]/g, '\\$&');
