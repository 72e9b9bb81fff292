/** The names under which sentinels know their masters: where they stand, and what renaming one changes. */
import type { ConfDocument, Statement, Position } from '../document';
import { masterStatements } from './statements';

/** One place where a master is named. */
export interface MasterName {
  readonly name: string;
  /** Stands in `sentinel monitor`, which gives the name. */
  readonly defines: boolean;
  readonly start: number;
  readonly end: number;
  readonly statement: Statement;
}

/** All places of a file, in order. Names are case-sensitive. */
export function masterNames(document: ConfDocument): MasterName[] {
  const found: MasterName[] = [];
  for (const statement of document.statements) {
    if (statement.name !== 'sentinel') continue;
    const kind = statement.words[1]?.value.toLowerCase() ?? '';
    const word = statement.words[2];
    if (word === undefined || !masterStatements.has(kind)) continue;
    found.push({ name: word.value, defines: kind === 'monitor', start: word.start, end: word.end, statement });
  }
  return found;
}

export function masterNameAt(document: ConfDocument, position: Position): MasterName | undefined {
  const offset = document.offsetAt(position);
  const statement = document.statementAt(position.line);
  return statement === undefined
    ? undefined
    : masterNames(document).find(one => one.statement === statement && offset >= one.start && offset <= one.end);
}

/**
 * The files of `others` in which `name` means the same master as in `document`: those that watch it at the same address.
 * Two topologies of one workspace often both say `mymaster`.
 */
export function sameMaster(document: ConfDocument, name: string, others: readonly ConfDocument[]): ConfDocument[] {
  const addresses = new Set(addressesOf(document, name));
  return others.filter(
    other => other.uri === document.uri || addressesOf(other, name).some(address => addresses.has(address)),
  );
}

function addressesOf(document: ConfDocument, name: string): string[] {
  return masterNames(document)
    .filter(one => one.defines && one.name === name)
    .map(one => `${one.statement.words[3]?.value.toLowerCase() ?? ''} ${one.statement.words[4]?.value ?? ''}`);
}

/** Why a name cannot be given. Sentinel takes any, but its own rewrite does not quote them. */
export function refuseName(name: string, document: ConfDocument): 'characters' | 'taken' | undefined {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return 'characters';
  return masterNames(document).some(one => one.defines && one.name === name) ? 'taken' : undefined;
}
